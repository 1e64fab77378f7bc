"""Points spread over the surface of a mesh, where contacts are looked for."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .transforms import Array

_MOST_POINTS = 20_000


class SurfacePoints:
    """What is needed between the vertices of a mesh, that together they lie close.

    Edges and faces get points at most `spacing` apart; on a large mesh they lie farther apart, so
    that not many more than 20000 are made. The vertices alone stand for a fine mesh.

    Args:
        vertices: (V, 3).
        triangles: (T, 3) vertex indices.
        spacing: metres.
    """

    def __init__(self, vertices: Array, triangles: NDArray[np.int32], spacing: float) -> None:
        self._vertices, self._triangles = vertices, triangles
        self._least = spacing

    def between(self, chosen: NDArray[np.bool_]) -> Array:
        """Return the points (N, 3) of some triangles, given which (T,), and of none others."""
        wide = np.flatnonzero(chosen & self._is_wide)
        if not len(wide):
            return np.empty((0, 3))
        corners = _longest_edge_first(self._vertices[self._triangles[wide]])
        along, area = _lengths_and_areas(corners)
        columns = np.ceil(along / self._spacing).astype(int)
        rows = np.ceil(area / np.maximum(along, 1e-300) / self._spacing).astype(int)
        parts = [np.empty((0, 3))]
        for m, n in np.unique(np.column_stack([columns, rows])[columns > 1], axis=0):
            alike = (columns == m) & (rows == n)
            weights = _rows_of_points(int(m), int(n))
            parts.append(np.einsum("kc,tcd->tkd", weights, corners[alike]).reshape(-1, 3))
        return np.concatenate(parts)

    @cached_property
    def _is_wide(self) -> NDArray[np.bool_]:
        """Which triangles (T,) have an edge longer than the least spacing."""
        a, b, c = self._vertices[self._triangles].transpose(1, 0, 2)
        squared = [np.einsum("ij,ij->i", side, side) for side in (b - a, c - b, a - c)]
        wide: NDArray[np.bool_] = np.max(squared, axis=0) > self._least**2
        return wide

    @cached_property
    def _spacing(self) -> float:
        area = _lengths_and_areas(self._vertices[self._triangles])[1]
        return max(self._least, float(np.sqrt(area.sum() / 2 / _MOST_POINTS)))


def _lengths_and_areas(corners: Array) -> tuple[Array, Array]:
    """Return the lengths (T,) of triangles' first edges, and twice their areas (T,)."""
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return np.linalg.norm(first, axis=1), np.linalg.norm(np.cross(first, second), axis=1)


def _longest_edge_first(corners: Array) -> Array:
    """Return the triangles with their corners turned so that the first two end the longest edge."""
    lengths = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    order = (np.argmax(lengths, axis=1)[:, None] + np.arange(3)) % 3
    return np.take_along_axis(corners, order[:, :, None], axis=1)


def _rows_of_points(columns: int, rows: int) -> Array:
    """Return barycentric weights (K, 3) of rows of points along a triangle's first edge."""
    found = []
    for row in range(max(rows, 1)):
        height = row / max(rows, 1)
        share = np.linspace(0.0, 1.0, int(np.ceil(columns * (1 - height))) + 1)
        left = (1 - height) * (1 - share)
        found.append(np.column_stack([left, 1 - height - left, np.full(len(share), height)]))
    return np.concatenate(found)
