"""Whether triangles bound a body: no edge is an end of the surface."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .transforms import Array


def is_closed(vertices: Array, triangles: NDArray[np.int32]) -> bool:
    """Return whether every edge is passed once in each direction; equal vertices count as one.

    Triangles with two equal corners count for nothing.

    Args:
        vertices: (V, 3).
        triangles: (T, 3) vertex indices.
    """
    corners = vertices[triangles]
    whole = ~np.all(corners == np.roll(corners, 1, axis=1), axis=2).any(axis=1)
    if not whole.any():
        return False
    if _is_paired(triangles):  # then also once vertices are joined, which takes far longer
        return True
    return _is_balanced(_joined(vertices)[triangles[whole]])


def _is_paired(triangles: NDArray[np.int32]) -> bool:
    """Return whether the edges fall into pairs of the same two vertices, there and back."""
    begin, end = _edges(triangles)
    low, high = np.minimum(begin, end), np.maximum(begin, end)
    passes = (low * (int(high.max()) + 1) + high) * 2 + (begin > end)
    if len(passes) % 2:
        return False
    passes.sort()
    return bool(np.all(passes[1::2] == passes[::2] + 1) and not np.any(passes[::2] % 2))


def _is_balanced(triangles: NDArray[np.int64]) -> bool:
    """Return whether every edge is passed as often there as back."""
    begin, end = _edges(triangles)
    span = int(triangles.max()) + 1
    return np.array_equal(np.sort(begin * span + end), np.sort(end * span + begin))


def _edges(
    triangles: NDArray[np.int32] | NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the vertices at which edges begin and end (3T,)."""
    begin = triangles.astype(np.int64)
    return begin.ravel(), np.roll(begin, -1, axis=1).ravel()


def _joined(vertices: Array) -> NDArray[np.int64]:
    """Return numbers (V,) that equal vertices share."""
    order = np.lexsort(vertices.T)
    ordered = vertices[order]
    is_new = np.any(ordered[1:] != ordered[:-1], axis=1)
    numbers = np.empty(len(vertices), np.int64)
    numbers[order] = np.concatenate([[0], np.cumsum(is_new)])
    return numbers
