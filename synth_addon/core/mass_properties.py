"""What a solid of even density weighs and where its middle of mass is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .convex_hull import convex_hull
from .mesh import TriangleMesh
from .support import support_vertices
from .transforms import Array


@dataclass(frozen=True, eq=False)
class MassProperties:
    """Volume of a mesh, cubic metres before its scale, and centroid (3,) in its own frame."""

    volume: float
    centroid: Array


def mass_properties(mesh: TriangleMesh) -> MassProperties:
    """Return those of the body that a closed mesh bounds, or else of its convex hull.

    Volume and centroid are sums over tetrahedra from the box's middle to every triangle. Shells
    that overlap count twice where they do. A mesh without volume has its middle in its box.
    """
    low, high = mesh.bounds
    middle = (low + high) / 2
    if mesh.is_closed:
        found = _of_surface(mesh.vertices[mesh.triangles], middle)
        if found.volume > 0:
            return found
    hull = convex_hull(support_vertices(mesh.vertices))
    if hull is None:
        return MassProperties(0.0, middle)
    return _of_surface(hull.vertices[hull.triangles], middle)


def _of_surface(corners: Array, middle: Array) -> MassProperties:
    from_middle = corners - middle
    volumes = np.linalg.det(from_middle) / 6
    volume = float(volumes.sum())
    if volume <= 0:
        return MassProperties(0.0, middle)
    centroid = np.einsum("i,ij->j", volumes, from_middle.sum(axis=1)) / 4 / volume
    return MassProperties(volume, middle + centroid)
