"""Meshes of the 3D-FRONT data set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix

from ..core.front3d.document import House, read_house
from ..core.front3d.geometry import Z_UP_FROM_Y_UP, building_mesh
from ..core.mesh import TriangleMesh
from ..core.scene_spec import Front3dMeshAsset, Front3dModelAsset


class HouseReader:
    """Reads parts of buildings; keeps the last house, whose parts come one after the other.

    Args:
        paths: where each file that a spec names lies.
    """

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = paths
        self._last: tuple[str, House] | None = None

    def part(self, asset: Front3dMeshAsset) -> TriangleMesh:
        if self._last is None or self._last[0] != asset.file:
            self._last = asset.file, read_house(asset.file, self._paths[asset.file])
        return building_mesh(self._last[1], asset.uid)


def upright_model(model: bpy.types.Mesh, asset: Front3dModelAsset) -> bpy.types.Mesh:
    """Return a copy of a model, stretched and turned from y up to z up."""
    upright = model.copy()
    matrix = np.eye(4)
    matrix[:3, :3] = Z_UP_FROM_Y_UP @ np.diag(asset.stretch)
    upright.transform(Matrix(matrix.tolist()))
    if np.linalg.det(matrix) < 0:
        upright.flip_normals()
    return upright
