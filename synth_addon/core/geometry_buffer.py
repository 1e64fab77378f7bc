"""Depth, normals and instance ids at pixel centres, traced from the scene's geometry.

For render engines that offer no such passes, and for pictures that are blurred by lens or motion,
whose passes are those of random points of the lens and of the time that the shutter is open.
Transparency of materials is not seen: every surface is opaque. Normals are those of triangles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .camera import pixel_rays
from .mesh import TriangleMesh
from .placed_mesh import placed_meshes
from .scene_spec import SettledScene, SettledView
from .scene_tree import SceneTree
from .transforms import Array


@dataclass(frozen=True, eq=False)
class GeometryBuffer:
    """What the centre of each pixel sees; fields as in `RenderedFrame`."""

    depth: NDArray[np.float32]
    normals: NDArray[np.float32]
    instance_ids: NDArray[np.uint16]
    background_ids: NDArray[np.uint16]


class GeometryTracer:
    """Traces views of one settled scene, without blur and in the middle of any motion.

    Args:
        meshes: by asset key, as `Renderer.load` returned them.
    """

    def __init__(self, scene: SettledScene, meshes: Mapping[str, TriangleMesh]) -> None:
        self._tree = SceneTree(tuple(placed_meshes(scene.spec, scene.poses, meshes)))
        self._normals = np.concatenate([_unit_normals(self._tree.corners), np.zeros((1, 3))])

    def trace(self, view: SettledView) -> GeometryBuffer:
        """Return the geometry buffer of one view."""
        width, height = view.intrinsics.width, view.intrinsics.height
        rows, columns = (index.ravel() for index in np.indices((height, width)))
        rays = pixel_rays(view.intrinsics, columns, rows)
        pose = np.asarray(view.world_from_camera)
        directions = rays @ pose[:3, :3].T
        origins = pose[:3, 3] + view.clip_start * directions
        depth, triangle = self._tree.cast(origins, directions, view.clip_end - view.clip_start)
        hit = triangle >= 0
        normals = self._normals[triangle] @ pose[:3, :3]
        towards = np.where(np.einsum("ij,ij->i", normals, rays) > 0, -1.0, 1.0)
        normals = np.where(hit[:, None], normals * towards[:, None], 0.0)
        return GeometryBuffer(
            np.where(hit, depth + view.clip_start, np.inf)
            .reshape(height, width)
            .astype(np.float32),
            normals.reshape(height, width, 3).astype(np.float32),
            self._tree.ids_of(triangle).reshape(height, width).astype(np.uint16),
            self._tree.backgrounds_of(triangle).reshape(height, width).astype(np.uint16),
        )


def _unit_normals(corners: Array) -> Array:
    edges = corners[:, 1:] - corners[:, :1]
    normals = np.cross(edges[:, 0], edges[:, 1])
    unit: Array = normals / np.maximum(np.linalg.norm(normals, axis=1), 1e-300)[:, None]
    return unit
