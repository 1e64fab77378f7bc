"""The convex hull of a few hundred points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .mesh import TriangleMesh
from .transforms import Array

_FLAT = 1e-9
"""Points nearer to a plane than this share of the cloud's size lie on it."""


def convex_hull(points: Array) -> TriangleMesh | None:
    """Return the closed hull of `points` (N, 3) with outward triangles, or None if all are flat.

    Points are added one by one, and the faces that a point sees are replaced (the incremental
    algorithm; O'Rourke, "Computational Geometry in C", 1998, chapter 4). Time grows with N².
    """
    size = float(np.ptp(points, axis=0).max()) if len(points) else 0.0
    first = _first_tetrahedron(points, _FLAT * size)
    if first is None:
        return None
    faces = first
    middle = points[np.unique(first)].mean(axis=0)
    for index in _farthest_first(points, middle):
        faces = _with_point(points, faces, int(index), _FLAT * size)
    used, renumbered = np.unique(faces, return_inverse=True)
    return TriangleMesh(points[used], renumbered.reshape(-1, 3).astype(np.int32))


def _farthest_first(points: Array, middle: Array) -> NDArray[np.int64]:
    distances = np.linalg.norm(points - middle, axis=1)
    return np.argsort(-distances, kind="stable")


def _first_tetrahedron(points: Array, least: float) -> NDArray[np.int64] | None:
    """Return four faces (4, 3) with outward normals, of four points that span a volume."""
    if len(points) < 4:
        return None
    a = int(np.argmin(points[:, 0]))
    b = int(np.argmax(np.linalg.norm(points - points[a], axis=1)))
    along = points[b] - points[a]
    away = np.linalg.norm(np.cross(points - points[a], along), axis=1)
    c = int(np.argmax(away))
    normal = np.cross(along, points[c] - points[a])
    length = float(np.linalg.norm(normal))
    if away[c] <= least * np.linalg.norm(along) or length == 0:
        return None
    heights = (points - points[a]) @ normal / length
    d = int(np.argmax(np.abs(heights)))
    if abs(heights[d]) <= least:
        return None
    if heights[d] > 0:
        b, c = c, b
    return np.array([[a, b, c], [a, d, b], [b, d, c], [c, d, a]])


def _with_point(
    points: Array, faces: NDArray[np.int64], index: int, least: float
) -> NDArray[np.int64]:
    a, b, c = points[faces].transpose(1, 0, 2)
    normals = np.cross(b - a, c - a)
    lengths = np.maximum(np.linalg.norm(normals, axis=1), 1e-300)
    sees = np.einsum("ij,ij->i", points[index] - a, normals) > least * lengths
    if not sees.any():
        return faces
    seen = faces[sees]
    begin, end = seen.ravel(), np.roll(seen, -1, axis=1).ravel()
    span = len(points)
    rim = ~np.isin(begin * span + end, end * span + begin)
    fan = np.column_stack([begin[rim], end[rim], np.full(int(rim.sum()), index)])
    return np.concatenate([faces[~sees], fan])
