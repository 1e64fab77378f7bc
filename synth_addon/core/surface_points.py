"""Points spread over the surface of a mesh, where contacts are looked for."""

from __future__ import annotations

import numpy as np

from .mesh import TriangleMesh
from .transforms import Array

_MOST_POINTS = 20_000


def surface_points(mesh: TriangleMesh, spacing: float) -> Array:
    """Return points (N, 3) of the mesh: all vertices, and what is needed between them.

    Edges and faces get points at most `spacing` apart; on a large mesh they lie farther apart, so
    that not many more than 20000 are made. The vertices alone stand for a fine mesh.
    """
    corners = _longest_edge_first(mesh.vertices[mesh.triangles])
    along = np.linalg.norm(corners[:, 1] - corners[:, 0], axis=1)
    area = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    spacing = max(spacing, float(np.sqrt(area.sum() / 2 / _MOST_POINTS)))
    columns = np.ceil(along / spacing).astype(int)
    rows = np.ceil(area / np.maximum(along, 1e-300) / spacing).astype(int)
    parts = [mesh.vertices]
    for m, n in np.unique(np.column_stack([columns, rows])[columns > 1], axis=0):
        chosen = (columns == m) & (rows == n)
        weights = _rows_of_points(int(m), int(n))
        parts.append(np.einsum("kc,tcd->tkd", weights, corners[chosen]).reshape(-1, 3))
    return np.concatenate(parts)


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
