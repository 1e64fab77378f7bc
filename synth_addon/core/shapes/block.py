"""Blocks with rounded or bevelled edges, legs, posts, and blocks with a well."""

from __future__ import annotations

import math

import numpy as np

from ..transforms import Array
from .assembly import Solid, convex
from .extrude import stacked
from .outline import circle_facing, level, rounded_rectangle
from .pieces import tolerance_of

# Edges up to this radius are bevelled by one flat strip, larger ones are rounded.
_LARGEST_BEVEL = 0.004
_ROUND_STEPS = 4
_CROWN_STEPS = 5
# Points between the corners of a block with a well.
_BETWEEN = 7


def block(
    width: float,
    depth: float,
    height: float,
    *,
    edge: float = 0.001,
    corner: float = 0.0,
    crown: float = 0.0,
) -> Solid:
    """Return a block that stands on z = 0, centred in x and y; uvs as in `stacked`.

    Args:
        width, depth, height: size along x, y and z, metres.
        edge: radius of the edges around bottom and top; no more than fits is taken.
        corner: radius of the upright edges, if more than `edge`.
        crown: how far the middle of the top is raised, within `height`; makes a cushion.
    """
    side = height - crown
    edge = min(edge, 0.45 * side, 0.2 * min(width, depth))
    corner = min(max(corner, 1.25 * edge), 0.45 * min(width, depth))
    steps = 1 if edge <= _LARGEST_BEVEL else _ROUND_STEPS
    corner_steps = 1 if corner <= _LARGEST_BEVEL else _ROUND_STEPS
    angles = np.linspace(0.0, math.pi / 2, steps + 1)
    rises = [(edge * (1 - math.sin(a)), edge * (1 - math.cos(a))) for a in angles]
    rows = rises + [(inset, side - z) for inset, z in reversed(rises)]
    loops = [
        level(_inset_rectangle(width, depth, corner, inset, corner_steps), z) for inset, z in rows
    ]
    if crown > 0:
        loops += _crown((width, depth), (edge, corner), (side, crown), corner_steps)
    middle = np.array([0.0, 0.0, height])
    return convex(stacked(loops, top=middle))


def _crown(
    size: tuple[float, float], radii: tuple[float, float], heights: tuple[float, float], steps: int
) -> list[Array]:
    """Return loops over a block's top that rise to its middle and become rounder on the way."""
    (width, depth), (edge, corner), (side, crown) = size, radii, heights
    least = min(width, depth) - 2 * edge
    loops = []
    for share in np.linspace(0.0, 1.0, _CROWN_STEPS + 1)[1:-1]:
        across, along = (1 - share) * (width - 2 * edge), (1 - share) * (depth - 2 * edge)
        start = max(corner - edge, 0.1 * corner)
        radius = (1 - share) * (start + share * max(0.45 * least - start, 0.0))
        outline = rounded_rectangle(across, along, radius, steps=steps)
        loops.append(level(outline, side + crown * (1 - (1 - share) ** 2)))
    return loops


def leg(bottom: float, top: float, height: float, *, lean: tuple[float, float] = (0, 0)) -> Solid:
    """Return a square leg that stands on z = 0, centred at its foot, and leans by `lean`.

    Args:
        bottom, top: side lengths of its foot and of its upper end, metres.
        height: metres.
        lean: how far the upper end is moved along x and y.
    """
    foot = rounded_rectangle(bottom, bottom, 0.12 * bottom, steps=1)
    head = rounded_rectangle(top, top, 0.12 * top, steps=1) + np.array(lean)
    return convex(stacked([level(foot, 0.0), level(head, height)]))


def post(radius: float, height: float, *, segments: int = 24) -> Solid:
    """Return an upright rod that stands on z = 0."""
    angles = 2 * np.pi * np.arange(segments) / segments
    ring = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return convex(stacked([level(ring, 0.0), level(ring, height)]))


def welled_block(
    width: float,
    depth: float,
    height: float,
    *,
    radius: float,
    floor: float,
    corner: float,
    edge: float = 0.0005,
) -> Solid:
    """Return a block with a round well in its top, centred; stands on z = 0.

    Args:
        radius: of the well, metres; below half of `width` and of `depth`.
        floor: height of the well's floor above z = 0.
        corner: radius of the upright edges.
        edge: bevel of the upper edge.
    """
    edge = min(edge, 0.03 * min(width, depth, height))
    outline, upper = _outlines(width, depth, corner, edge)
    return _welled(outline, upper, circle_facing(upper, radius), (height - edge, height, floor))


def tray(
    width: float,
    depth: float,
    height: float,
    *,
    rim: float,
    floor: float,
    corner: float,
    edge: float = 0.0005,
) -> Solid:
    """Return a block with a rectangular well in its top; stands on z = 0.

    Args:
        rim: width of the wall around the well, metres; more than `edge`.
        floor: height of the well's floor above z = 0.
        corner: radius of the upright edges.
        edge: bevel of the upper edge.
    """
    edge = min(edge, 0.03 * min(width, depth, height))
    outline, upper = _outlines(width, depth, corner, edge)
    inner, _ = _outlines(width - 2 * rim, depth - 2 * rim, max(corner - rim, 0.3 * corner), 0.0)
    return _welled(outline, upper, inner, (height - edge, height, floor))


def _outlines(width: float, depth: float, corner: float, edge: float) -> tuple[Array, Array]:
    """Return the outline of a block and that of its top within the bevel."""
    corner = min(corner, 0.2 * min(width, depth))
    across, along = width - 2 * edge, depth - 2 * edge
    inner = max(corner - edge, 0.2 * corner)
    return (
        rounded_rectangle(width, depth, corner, between=_BETWEEN),
        rounded_rectangle(across, along, inner, between=_BETWEEN),
    )


def _welled(
    outline: Array, upper: Array, well: Array, heights: tuple[float, float, float]
) -> Solid:
    side, top, floor = heights
    loops = [
        level(outline, 0.0),
        level(outline, side),
        level(upper, top),
        level(well, top),
        level(well, floor),
    ]
    base = np.concatenate([level(outline, 0.0), level(outline, floor)])
    wall = np.stack([level(outline, floor), *loops[1:]])
    return Solid(stacked(loops), (base, *_sectors(wall)))


def _sectors(wall: Array) -> list[Array]:
    """Return the points of pieces of a ring of wall, given as (K, S, 3) upright sections."""
    count = wall.shape[1]
    reach = np.linalg.norm(wall[-1], axis=1).min()
    tolerance = tolerance_of(wall.reshape(-1, 3))
    # A side spans a right angle; a chord over `step` points of it cuts off this share.
    cuts = {step: 1 - math.cos(math.pi / 4 * step / (_BETWEEN + 1)) for step in (4, 2, 1)}
    step = next((step for step, cut in cuts.items() if reach * cut <= tolerance), 1)
    columns = [np.arange(start, start + step + 1) % count for start in range(0, count, step)]
    return [wall[:, column].reshape(-1, 3) for column in columns]


def _inset_rectangle(width: float, depth: float, corner: float, inset: float, steps: int) -> Array:
    across, along = width - 2 * inset, depth - 2 * inset
    radius = max(corner - inset, 0.1 * min(corner, across, along))
    return rounded_rectangle(across, along, radius, steps=steps)
