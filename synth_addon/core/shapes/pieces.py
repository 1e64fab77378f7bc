"""Convex pieces whose union stands for a solid that is not convex.

A physics engine takes the hull of each piece, so only its points matter. Where a solid bends
inward, pieces may fill it by up to `tolerance_of` its size; they never leave anything out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..transforms import Array
from .lathe import SEGMENTS
from .outline import circle
from .profile import Point

Pieces = tuple[Array, ...]

# Wedges around the axis; segments are multiples of the fewest, so that vertices coincide.
_WEDGES = (16, 32, 64)
# Heights and radii closer than this are one.
_SAME = 1e-7


def tolerance_of(points: Array) -> float:
    """Return how far pieces may reach beyond a solid: 1 mm, or 1 % of its longest side."""
    return max(1e-3, 0.01 * float(np.ptp(points, axis=0).max()))


def revolved_pieces(profile: Array, *, segments: int = SEGMENTS) -> Pieces:
    """Return the pieces of what `lathe` makes of a profile, open or closed.

    The profile is cut into level trapezoids. Neighbours above each other are merged as long as
    their hull stays within the tolerance. Merged ones that touch the axis all along are turned
    into one piece, others into a ring of wedges.
    """
    whole = np.vstack([profile, profile * [-1.0, 1.0]])
    tolerance = tolerance_of(whole)
    line = np.vstack([profile, profile[:1]])
    stacks = _stacks(line, tolerance)
    return tuple(piece for stack in stacks for piece in _turned(stack, segments, tolerance))


def tube_pieces(rings: Array) -> Pieces:
    """Return the pieces of what `loft` makes of rings (N, S, 3): straight lengths of tube."""
    centres = rings.mean(axis=1)
    tolerance = tolerance_of(rings.reshape(-1, 3))
    pieces = []
    start = 0
    for stop in range(1, len(rings)):
        last = stop == len(rings) - 1
        if last or _bow(centres[start : stop + 2]) > tolerance:
            pieces.append(rings[start : stop + 1].reshape(-1, 3))
            start = stop
    return tuple(pieces)


def without_hollow_foot(profile: Array) -> Array:
    """Return the profile with what is sunk under its foot ring filled.

    Nothing that a vessel stands on reaches in there, and a solid foot takes fewer pieces.
    """
    lowest = profile[:, 1].min()
    standing = int(np.flatnonzero(profile[:, 1] <= lowest + _SAME)[-1])
    return np.vstack([[(0.0, lowest)], profile[standing:]])


@dataclass(frozen=True, eq=False)
class _Stack:
    """Level cuts through a profile, from below upward: (L, 3) rows (inner r, outer r, z)."""

    cuts: Array

    @property
    def hull(self) -> Array:
        return _hull(self.outline)

    @property
    def outline(self) -> Array:
        return np.vstack([self.cuts[:, [0, 2]], self.cuts[:, [1, 2]]])

    def meets(self, cut: Array) -> bool:
        return bool(np.abs(self.cuts[-1] - cut).max() <= _SAME)

    def grown(self, cut: Array) -> _Stack:
        return _Stack(np.vstack([self.cuts, cut]))

    def fills(self) -> float:
        """Return how deep the outline lies inside its own hull at most."""
        return float(_depths(self.outline, self.hull).max())


def _stacks(line: Array, tolerance: float) -> list[_Stack]:
    heights = np.unique(line[:, 1])
    levels = heights[np.diff(heights, prepend=-np.inf) > _SAME]
    done: list[_Stack] = []
    open_: list[_Stack] = []
    for low, high in pairwise(levels):
        below, open_ = open_, []
        for lower, upper in _trapezoids(line, low, high):
            under = next((stack for stack in below if stack.meets(lower)), None)
            grown = None if under is None else under.grown(upper)
            if under is None or grown is None or grown.fills() > tolerance:
                open_.append(_Stack(np.stack([lower, upper])))
            else:
                below.remove(under)
                open_.append(grown)
        done += below
    return done + open_


def _trapezoids(line: Array, low: float, high: float) -> list[tuple[Array, Array]]:
    """Return the lower and upper cut (inner r, outer r, z) of the solid between two levels."""
    middle = (low + high) / 2
    crossing = (line[:-1, 1] < middle) != (line[1:, 1] < middle)
    begin, end = line[:-1][crossing], line[1:][crossing]
    shares = (np.array([[low], [high]]) - begin[:, 1]) / (end[:, 1] - begin[:, 1])
    radii = begin[:, 0] + np.clip(shares, 0, 1) * (end[:, 0] - begin[:, 0])
    radii = radii[:, np.argsort(radii.sum(axis=0), kind="stable")]
    pairs = range(0, radii.shape[1], 2)
    return [
        (np.array([*radii[0, i : i + 2], low]), np.array([*radii[1, i : i + 2], high]))
        for i in pairs
    ]


def _turned(stack: _Stack, segments: int, tolerance: float) -> list[Array]:
    """Return the stack turned about the axis: one piece if it touches it all along."""
    inner = float(stack.cuts[:, 0].max())
    around, section = circle(1.0, segments), stack.hull
    if inner <= _SAME:
        return [_swept(section, around)]
    divisors = [n for n in _WEDGES if segments % n == 0]
    fitting = [n for n in divisors if inner * (1 - np.cos(np.pi / n)) <= tolerance]
    wedges = min([*fitting, segments])
    step = segments // wedges
    starts = range(0, segments, step)
    sectors = [around[np.arange(start, start + step + 1) % segments] for start in starts]
    return [_swept(section, sector) for sector in sectors]


def _swept(section: Array, around: Array) -> Array:
    """Return points (P, 3) of a section (r, z) at each direction (A, 2) about the axis."""
    plan = section[:, None, :1] * around
    height = np.broadcast_to(section[:, None, 1:], (*plan.shape[:2], 1))
    points = np.concatenate([plan, height], axis=2)
    # A point on the axis is the same in all directions.
    kept = np.broadcast_to(section[:, :1] > 0, plan.shape[:2]).copy()
    kept[:, 0] = True
    return np.asarray(points[kept])


def _bow(centres: Array) -> float:
    """Return how far a line (N, 3) leaves the straight one between its ends."""
    along = centres[-1] - centres[0]
    along /= np.linalg.norm(along)
    offset = centres - centres[0]
    return float(np.linalg.norm(offset - np.outer(offset @ along, along), axis=1).max())


def _hull(points: Array) -> Array:
    """Return the convex hull (H, 2), counter-clockwise, of points (P, 2): Andrew's monotone chain.

    Andrew, "Another efficient algorithm for convex hulls in two dimensions", 1979.
    """
    # Plain numbers: arrays of two are slow to add.
    ordered = sorted({(r, z) for r, z in points.tolist()})
    return np.array(_half_hull(ordered)[:-1] + _half_hull(ordered[::-1])[:-1])


def _half_hull(ordered: list[Point]) -> list[Point]:
    chain: list[Point] = []
    for point in ordered:
        while len(chain) > 1 and _left_of(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _left_of(start: Point, stop: Point, point: Point) -> float:
    """Return twice the area to the left of the way from start over stop to point."""
    across, up = stop[0] - start[0], stop[1] - start[1]
    return across * (point[1] - start[1]) - up * (point[0] - start[0])


def _depths(points: Array, hull: Array) -> Array:
    """Return how far points (P, 2) lie behind the nearest side of a convex hull (H, 2)."""
    sides = np.roll(hull, -1, axis=0) - hull
    normals = np.stack([-sides[:, 1], sides[:, 0]], axis=1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return np.asarray(np.sum((points[:, None] - hull) * normals, axis=2).min(axis=1))


def moved(pieces: Sequence[Array], offset: Array) -> Pieces:
    """Return all pieces shifted by `offset` (3,)."""
    return tuple(piece + offset for piece in pieces)
