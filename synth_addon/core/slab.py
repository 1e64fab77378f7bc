"""The mesh of a room's surface."""

from __future__ import annotations

import numpy as np

from .mesh import TriangleMesh
from .scene_spec import Vector

_FACES = np.array(
    [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]]
)
_UV_AXES = ((0, 1), (0, 1), (0, 2), (0, 2), (1, 2), (1, 2))


def slab(size: Vector) -> TriangleMesh:
    """Return a box of `size` metres, centred, with texture coordinates in metres."""
    bits = (np.arange(8)[:, None] >> np.arange(3)) & 1
    vertices = (bits - 0.5) * np.asarray(size)
    triangles = np.concatenate([_FACES[:, [0, 1, 2]], _FACES[:, [0, 2, 3]]])
    axes = np.array(_UV_AXES * 2)
    uvs = np.take_along_axis(vertices[triangles], axes[:, None, :], axis=2)
    return TriangleMesh(vertices, triangles.astype(np.int32), uvs)
