"""The mesh of a room's surface that a height map can move: its faces are grids."""

from __future__ import annotations

import math

import numpy as np

from .mesh import TriangleMesh
from .scene_spec import SurfaceSpec
from .slab import Box, surface_boxes
from .transforms import Array

CELLS_PER_REPEAT = 96
"""Cells along one repeat of the height map; what is finer is shown as bump."""
MOST_CELLS = 400
"""Cells along one side of a face: bounds the mesh at 160 000 cells a face."""

_FACES = ((2, 0, 1), (1, 0, 2), (0, 1, 2))
"""The axis across a face, and those of its texture coordinates, as in `slab`."""


def fine_surface_mesh(surface: SurfaceSpec) -> TriangleMesh:
    """Return the surface as `surface_mesh` does, of cells small enough for its height map.

    Faces share no vertices, so that each moves along its own normal.
    """
    texture = surface.material.texture
    cell = (texture.size_m if texture is not None else 1.0) / CELLS_PER_REPEAT
    parts = [
        _face(box, axes, upper, cell)
        for box in surface_boxes(surface)
        for axes in _FACES
        for upper in (False, True)
    ]
    starts = np.cumsum([0, *(len(part.vertices) for part in parts)])
    return TriangleMesh(
        vertices=np.concatenate([part.vertices for part in parts]),
        triangles=np.concatenate(
            [part.triangles + start for part, start in zip(parts, starts[:-1], strict=True)]
        ).astype(np.int32),
        uvs=np.concatenate([part.uvs for part in parts if part.uvs is not None]),
    )


def _face(box: Box, axes: tuple[int, int, int], upper: bool, cell: float) -> TriangleMesh:
    across, first, second = axes
    low, high = box
    columns, rows = (_steps(low[axis], high[axis], cell) for axis in (first, second))
    vertices = np.empty((len(rows), len(columns), 3))
    vertices[..., first], vertices[..., second] = columns, rows[:, None]
    vertices[..., across] = (high if upper else low)[across]
    vertices = vertices.reshape(-1, 3)
    corner = np.arange(len(vertices)).reshape(len(rows), len(columns))
    a, b, c, d = (
        part.ravel()
        for part in (corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1])
    )
    triangles = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    if upper == (across == 1):  # x cross z points down y
        triangles = triangles[:, ::-1]
    return TriangleMesh(vertices, triangles, vertices[triangles][..., [first, second]])


def _steps(low: float, high: float, cell: float) -> Array:
    count = min(max(math.ceil((high - low) / cell), 1), MOST_CELLS)
    return np.linspace(low, high, count + 1)
