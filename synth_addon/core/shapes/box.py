"""Boxes and cubes."""

from __future__ import annotations

import numpy as np

from ..mesh import TriangleMesh
from .declaration import Shape, length

# For each face: corner indices (bits 0, 1, 2 choose the upper x, y, z), counter-clockwise from
# its lower left as seen from outside with z up, and which sizes run to the right and up.
_FACES = (
    ((0, 1, 5, 4), (0, 2)),
    ((1, 3, 7, 5), (1, 2)),
    ((3, 2, 6, 7), (0, 2)),
    ((2, 0, 4, 6), (1, 2)),
    ((4, 5, 7, 6), (0, 1)),
    ((2, 3, 1, 0), (0, 1)),
)
_UNIT_SQUARE = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float64)
_HALVES = np.array([[0, 1, 2], [0, 2, 3]])


def build_box(*, width_m: float, depth_m: float, height_m: float) -> TriangleMesh:
    """Return a box of 12 flat-shaded triangles; uvs are metres from each face's lower left."""
    size = np.array([width_m, depth_m, height_m])
    bits = (np.arange(8)[:, None] >> np.arange(3)) & 1
    corners = np.array([face for face, _ in _FACES], dtype=np.int32)
    extents = np.array([size[list(axes)] for _, axes in _FACES])
    squares = _UNIT_SQUARE[None] * extents[:, None]
    return TriangleMesh(
        vertices=(bits - 0.5) * size,
        triangles=corners[:, _HALVES].reshape(-1, 3),
        uvs=squares[:, _HALVES].reshape(-1, 3, 2),
        smooth=False,
    )


def build_cube(*, size_m: float) -> TriangleMesh:
    """Return a box with all sides equal."""
    return build_box(width_m=size_m, depth_m=size_m, height_m=size_m)


BOX = Shape(
    name="box",
    label="Box",
    help="Block with right angles",
    parameters={
        "width_m": length(0.1, "Width", "Size along X"),
        "depth_m": length(0.1, "Depth", "Size along Y"),
        "height_m": length(0.1, "Height", "Size along Z"),
    },
    build=build_box,
)
CUBE = Shape(
    name="cube",
    label="Cube",
    help="Block with all sides equal",
    parameters={"size_m": length(0.1, "Size", "Length of every side")},
    build=build_cube,
)
