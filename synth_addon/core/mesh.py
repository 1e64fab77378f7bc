"""Triangle meshes as plain arrays, the common currency of shapes, Blender and ray casting."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .closedness import is_closed
from .point_spread import greatest_distance
from .transforms import Array


@dataclass(frozen=True, eq=False)
class TriangleMesh:
    """A mesh in its object's own frame.

    Attributes:
        vertices: (V, 3) float64, metres.
        triangles: (T, 3) int32 vertex indices, counter-clockwise seen from outside.
        uvs: (T, 3, 2) float64 texture coordinates of each triangle's corners, or None.
        smooth: whether shading interpolates normals; geometry is the same either way.
    """

    vertices: Array
    triangles: NDArray[np.int32]
    uvs: Array | None = field(default=None)
    smooth: bool = False

    @cached_property
    def bounds(self) -> tuple[Array, Array]:
        """The lower and upper corner (3,) of the axis-aligned box around the vertices."""
        return self.vertices.min(axis=0), self.vertices.max(axis=0)

    @cached_property
    def diameter(self) -> float:
        """The greatest distance of two vertices, in metres."""
        return greatest_distance(self.vertices)

    @cached_property
    def is_closed(self) -> bool:
        """Whether it bounds a body: every edge is passed once in each direction."""
        return is_closed(self.vertices, self.triangles)

    @property
    def in_single_precision(self) -> TriangleMesh:
        """A new mesh with vertices that float32 holds, as Blender has them."""
        return replace(self, vertices=self.vertices.astype(np.float32).astype(float))

    @property
    def box_corners(self) -> Array:
        """The 8 corners (8, 3) of `bounds`; corner i takes the upper x, y, z by bits 0, 1, 2."""
        low, high = self.bounds
        bits = (np.arange(8)[:, None] >> np.arange(3)) & 1
        return np.where(bits == 1, high, low)
