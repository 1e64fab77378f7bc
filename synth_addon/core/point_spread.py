"""How far points reach: the greatest distance of two of many."""

from __future__ import annotations

import numpy as np

from .transforms import Array

_DIRECTIONS = 64
_MANY = 4096
_MANY_DIRECTIONS = 2048
_ROWS_AT_ONCE = 128
_TOLERANCE = 3e-5


def greatest_distance(points: Array) -> float:
    """Return the greatest distance of two of the points (N, 3).

    Only points that can be an end of it are compared: the width along some direction is a lower
    bound of the result, and an end is at least that far from the farthest corner of the box, and
    from the far side of a ball around all. Where more than 4096 are left, as of a dense sphere,
    those are compared that are outermost along one of 2048 directions, which is within 0.1 %.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    outermost = _outermost(points, _DIRECTIONS)
    bound = _greatest(outermost)
    reach = np.linalg.norm(np.maximum(points - low, high - points), axis=1)
    radii = np.linalg.norm(points - (low + high) / 2, axis=1)
    ends = points[np.minimum(reach, radii + radii.max()) >= bound * (1 - 1e-12)]
    if len(ends) > _MANY:
        ends = np.unique(ends, axis=0)
    if len(ends) > _MANY:
        ends = _outermost(ends, _MANY_DIRECTIONS)
    return max(bound, _longest(ends, bound))


def _longest(points: Array, bound: float) -> float:
    """Return the greatest distance of two of the points (N, 3), 0 where none is above `bound`.

    Long pairs are found in float32, in a cube from -1 to 1: there squares are out by 1e-5 at most.

    Args:
        bound: no more than the greatest distance.
    """
    centred = points - (points.min(axis=0) + points.max(axis=0)) / 2
    half = float(np.abs(centred).max()) or 1.0
    centred /= half
    squares = np.einsum("ij,ij->i", centred, centred)
    ones = np.ones(len(points))
    rows = np.column_stack([-2 * centred, squares, ones]).astype(np.float32)
    columns = np.column_stack([centred, ones, squares]).astype(np.float32)
    least, found = (bound / half) ** 2 - _TOLERANCE, []
    for start in range(0, len(points), _ROWS_AT_ONCE):
        squared = rows[start : start + _ROWS_AT_ONCE] @ columns[start:].T
        least = max(least, float(squared.max()) - _TOLERANCE)
        found.append(start + np.argwhere(squared >= least))
    ends = points[np.concatenate(found)]
    return float(np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1).max(initial=0.0))


def _greatest(points: Array) -> float:
    squares = np.einsum("ij,ij->i", points, points)
    squared = squares[:, None] + squares[None] - 2 * points @ points.T
    first, second = np.unravel_index(int(squared.argmax()), squared.shape)
    return float(np.linalg.norm(points[first] - points[second]))


def _outermost(points: Array, directions: int) -> Array:
    """Return the points that are outermost along directions spread over the sphere."""
    number = np.arange(directions) + 0.5
    height = 1 - number / directions  # one hemisphere of a Fibonacci sphere
    turn = np.pi * (1 + np.sqrt(5)) * number
    flat = np.sqrt(1 - height**2)
    axes = np.stack([flat * np.cos(turn), flat * np.sin(turn), height], axis=1)
    found = [
        extreme(axes[start : start + 64] @ points.T, axis=1)
        for start in range(0, directions, 64)
        for extreme in (np.argmax, np.argmin)
    ]
    chosen: Array = points[np.unique(np.concatenate(found))]
    return chosen
