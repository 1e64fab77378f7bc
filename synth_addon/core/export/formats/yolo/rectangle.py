"""The smallest turned rectangle around points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ....transforms import Array

Point = tuple[float, float]
_EQUAL = 1e-9
"""Areas that differ by less than this share are equal; then the axes' directions win."""


def smallest_rectangle(points: Array, size: tuple[int, int]) -> Array:
    """Return the corners (4, 2) of the rectangle of least area around points (N, 2).

    A side of it lies on an edge of the points' convex hull (Freeman and Shapira, "Determining the
    minimum-area encasing rectangle for an arbitrary closed curve", 1975), so it is tried along
    each. Corners may lie outside the picture, as in the DOTA labels that Ultralytics converts: a
    rectangle that were clipped would be none. But Ultralytics refuses a label whose upright box
    around the corners is larger than the picture or centred outside, so such are passed over; the
    upright rectangle always remains.

    Args:
        points: along the borders of pixels, so exact halves at most, and not all on one line.
        size: the picture's width and height.
    """
    hull = _hull(points)
    edges = np.roll(hull, -1, axis=0) - hull
    along = np.concatenate([[[1.0, 0.0]], edges / np.linalg.norm(edges, axis=1, keepdims=True)])
    across = np.column_stack([-along[:, 1], along[:, 0]])
    u, v = hull @ along.T, hull @ across.T
    u_low, u_high, v_low, v_high = u.min(axis=0), u.max(axis=0), v.min(axis=0), v.max(axis=0)
    corners = np.stack(
        [
            s[:, None] * along + t[:, None] * across
            for s, t in ((u_low, v_low), (u_high, v_low), (u_high, v_high), (u_low, v_high))
        ],
        axis=1,
    )
    areas = np.where(_accepted(corners, size), (u_high - u_low) * (v_high - v_low), np.inf)
    best: Array = corners[np.argmax(areas <= areas.min() * (1 + _EQUAL))]
    return best


def _accepted(corners: Array, size: tuple[int, int]) -> NDArray[np.bool_]:
    low, high = corners.min(axis=1), corners.max(axis=1)
    middle = (low + high) / 2
    fits = (high - low <= size) & (middle >= 0) & (middle <= size)
    accepted: NDArray[np.bool_] = fits.all(axis=1)
    return accepted


def _hull(points: Array) -> Array:
    """Return the corners of the convex hull in turn (Andrew's monotone chain, 1979)."""
    ordered = [(x, y) for x, y in np.unique(points, axis=0).tolist()]
    chain = [*_half(ordered)[:-1], *_half(ordered[::-1])[:-1]]
    return np.array(chain)


def _half(points: list[Point]) -> list[Point]:
    chain: list[Point] = []
    for point in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
