"""Depth, normals and instance ids at pixel centres, traced from the scene's geometry.

For render engines that offer no such passes, and for pictures that are blurred by lens or motion,
whose passes are those of random points of the lens and of the time that the shutter is open.
Transparency of materials is not seen: every surface is opaque. Normals are those of triangles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .camera import Intrinsics, pixel_rays
from .mesh import TriangleMesh
from .placed_mesh import placed_meshes
from .scene_spec import SettledScene, SettledView
from .scene_tree import SceneTree
from .transforms import Array

_BAND = 1 << 13
"""Pixels that are traced at a time."""


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
        shape = view.intrinsics.height, view.intrinsics.width
        rays, pose = _all_rays(view.intrinsics), np.asarray(view.world_from_camera)
        normals = self._normals @ pose[:3, :3]
        normals[-1] = 0  # of no triangle; the product may have made it -0
        buffer = GeometryBuffer(
            np.empty(len(rays), np.float32),
            np.empty((len(rays), 3), np.float32),
            np.empty(len(rays), np.uint16),
            np.empty(len(rays), np.uint16),
        )
        for first in range(0, len(rays), _BAND):  # whose arrays stay in the processor's cache
            band = slice(first, first + _BAND)
            depth, triangles = self._nearest(view, rays[band])
            facing = np.einsum("ij,ij->i", normals[triangles], rays[band])
            buffer.depth[band] = depth
            buffer.normals[band] = normals[triangles] * np.where(facing > 0, -1.0, 1.0)[:, None]
            buffer.instance_ids[band] = self._tree.ids_of(triangles)
            buffer.background_ids[band] = self._tree.backgrounds_of(triangles)
        return GeometryBuffer(
            buffer.depth.reshape(shape),
            buffer.normals.reshape(*shape, 3),
            buffer.instance_ids.reshape(shape),
            buffer.background_ids.reshape(shape),
        )

    def _nearest(self, view: SettledView, rays: Array) -> tuple[Array, NDArray[np.int64]]:
        """Return depth and triangle of what each ray hits first; infinite and -1 if nothing."""
        pose = np.asarray(view.world_from_camera)
        directions = rays @ pose[:3, :3].T
        origins = pose[:3, 3] + view.clip_start * directions
        depth, triangles = self._tree.cast(origins, directions, view.clip_end - view.clip_start)
        return np.where(triangles >= 0, depth + view.clip_start, np.inf), triangles


@lru_cache(maxsize=1)
def _all_rays(intrinsics: Intrinsics) -> Array:
    """Return the rays (N, 3) of all pixels, row by row; views mostly have one camera."""
    rows, columns = (index.ravel() for index in np.indices((intrinsics.height, intrinsics.width)))
    rays = pixel_rays(intrinsics, columns, rows)
    rays.flags.writeable = False
    return rays


def _unit_normals(corners: Array) -> Array:
    edges = corners[:, 1:] - corners[:, :1]
    normals = np.cross(edges[:, 0], edges[:, 1])
    unit: Array = normals / np.maximum(np.linalg.norm(normals, axis=1), 1e-300)[:, None]
    return unit
