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
    if is_closed(mesh):
        found = _of_surface(mesh.vertices[mesh.triangles], middle)
        if found.volume > 0:
            return found
    hull = convex_hull(support_vertices(mesh.vertices))
    if hull is None:
        return MassProperties(0.0, middle)
    return _of_surface(hull.vertices[hull.triangles], middle)


def is_closed(mesh: TriangleMesh) -> bool:
    """Return whether every edge is passed once in each direction; equal vertices count as one."""
    _, welded = np.unique(mesh.vertices, axis=0, return_inverse=True)
    faces = welded.reshape(-1)[mesh.triangles]
    whole = (
        (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    )
    faces = faces[whole].astype(np.int64)
    begin, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    span = len(mesh.vertices)
    there, back = np.sort(begin * span + end), np.sort(end * span + begin)
    return bool(len(there)) and bool(np.array_equal(there, back))


def _of_surface(corners: Array, middle: Array) -> MassProperties:
    from_middle = corners - middle
    volumes = np.linalg.det(from_middle) / 6
    volume = float(volumes.sum())
    if volume <= 0:
        return MassProperties(0.0, middle)
    centroid = np.einsum("i,ij->j", volumes, from_middle.sum(axis=1)) / 4 / volume
    return MassProperties(volume, middle + centroid)
