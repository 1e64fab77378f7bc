"""Meshes and poses of 3D-FRONT, turned from y up to z up: (x, y, z) becomes (x, -z, y)."""

from __future__ import annotations

import math

import numpy as np

from ..mesh import TriangleMesh
from ..scene_spec import Pose
from ..transforms import Array
from .document import Child, House, MaterialEntry, MeshEntry

Z_UP_FROM_Y_UP: Array = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


def building_mesh(house: House, uid: str) -> TriangleMesh:
    """Return a part of the building in the house's own frame with z up, in metres."""
    entry = house.meshes[uid]
    vertices = np.array(entry.xyz, float).reshape(-1, 3) @ Z_UP_FROM_Y_UP.T
    triangles = np.array(entry.faces, np.int32).reshape(-1, 3)
    return TriangleMesh(vertices, triangles, _corner_uvs(house, entry))


def _corner_uvs(house: House, entry: MeshEntry) -> Array | None:
    """Return texture coordinates (T, 3, 2), or None where the file has none for each vertex."""
    known = [value for value in entry.uv if value is not None and math.isfinite(value)]
    if not known or len(known) != len(entry.xyz) // 3 * 2:
        return None
    uvs = np.array(known).reshape(-1, 2) @ _uv_matrix(house.materials.get(entry.material or "")).T
    corners: Array = uvs[np.array(entry.faces).reshape(-1, 3)]
    return corners


def _uv_matrix(material: MaterialEntry | None) -> Array:
    """Return the linear part (2, 2) of a finish's texture transform, all that the toolbox uses."""
    if material is None or material.uv_transform is None:
        return np.eye(2)
    matrix: Array = np.reshape(material.uv_transform, (3, 3))[:2, :2]
    return matrix


def child_pose(child: Child, center: Array) -> Pose:
    """Return where a child stands, with `center` (3,) of the house, z up, moved to 0.

    The child's scale is not part of it.
    """
    x, y, z, w = child.rot
    norm = math.sqrt(x * x + y * y + z * z + w * w)
    turned = Z_UP_FROM_Y_UP @ np.array([x, y, z]) / norm
    place = Z_UP_FROM_Y_UP @ np.array(child.pos) - center
    return Pose(
        translation=(float(place[0]), float(place[1]), float(place[2])),
        quaternion=(w / norm, float(turned[0]), float(turned[1]), float(turned[2])),
    )
