"""The mesh of a room's surface: a box, with rectangular holes where a wall has windows."""

from __future__ import annotations

import numpy as np

from .mesh import TriangleMesh
from .scene_spec import SurfaceSpec
from .transforms import Array

_FACES = np.array(
    [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]]
)
_UV_AXES = ((0, 1), (0, 1), (0, 2), (0, 2), (1, 2), (1, 2))

Box = tuple[Array, Array]
"""The lower and the upper corner (3,), metres."""


def surface_boxes(surface: SurfaceSpec) -> list[Box]:
    """Return the boxes, in the surface's own frame, that it consists of."""
    half = np.asarray(surface.size) / 2
    if not surface.openings:
        return [(-half, half)]
    axis = int(surface.size[1] > surface.size[0])
    boxes, edge = [], -half[axis]
    for opening in surface.openings:
        left, right = opening.along - opening.width / 2, opening.along + opening.width / 2
        bottom = opening.bottom - half[2]
        boxes += [
            _part(half, axis, (edge, left), (-half[2], half[2])),
            _part(half, axis, (left, right), (-half[2], bottom)),
            _part(half, axis, (left, right), (bottom + opening.height, half[2])),
        ]
        edge = right
    boxes.append(_part(half, axis, (edge, half[axis]), (-half[2], half[2])))
    return [(low, high) for low, high in boxes if np.all(high > low)]


def _part(half: Array, axis: int, along: tuple[float, float], up: tuple[float, float]) -> Box:
    low, high = -half.copy(), half.copy()
    (low[axis], high[axis]), (low[2], high[2]) = along, up
    return low, high


def surface_mesh(surface: SurfaceSpec) -> TriangleMesh:
    """Return the surface in its own frame, with texture coordinates in metres."""
    boxes = surface_boxes(surface)
    bits = (np.arange(8)[:, None] >> np.arange(3)) & 1
    vertices = np.concatenate([np.where(bits == 1, high, low) for low, high in boxes])
    faces = np.concatenate([_FACES[:, [0, 1, 2]], _FACES[:, [0, 2, 3]]])
    triangles = np.concatenate([faces + 8 * i for i in range(len(boxes))])
    axes = np.tile(np.array(_UV_AXES * 2), (len(boxes), 1))
    uvs = np.take_along_axis(vertices[triangles], axes[:, None, :], axis=2)
    return TriangleMesh(vertices, triangles.astype(np.int32), uvs)
