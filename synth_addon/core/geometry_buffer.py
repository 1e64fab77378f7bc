"""Depth, normals and instance ids at pixel centres, traced from the scene's geometry.

For render engines that offer no such passes. Transparency of materials is not seen: every
surface is opaque.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from embreex.mesh_construction import TriangleMesh as EmbreeTriangles
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from .camera import pixel_rays
from .mesh import TriangleMesh
from .scene_spec import ObjectSpec, SettledScene, SettledView
from .slab import surface_mesh
from .transforms import Array, transform_points


@dataclass(frozen=True, eq=False)
class GeometryBuffer:
    """What the centre of each pixel sees; fields as in `RenderedFrame`."""

    depth: NDArray[np.float32]
    normals: NDArray[np.float32]
    instance_ids: NDArray[np.uint16]


class GeometryTracer:
    """Traces views of one settled scene.

    Args:
        meshes: by asset key, as `Renderer.load` returned them.
    """

    def __init__(self, scene: SettledScene, meshes: Mapping[str, TriangleMesh]) -> None:
        corners, ids = _world_triangles(scene, meshes)
        self._ids = ids
        self._tree = EmbreeScene(robust=True)
        if len(corners):
            EmbreeTriangles(self._tree, corners.astype(np.float32))
        self._normals = np.concatenate([_unit_normals(corners), np.zeros((1, 3))])

    def trace(self, view: SettledView) -> GeometryBuffer:
        """Return the geometry buffer of one view."""
        width, height = view.intrinsics.width, view.intrinsics.height
        rows, columns = (index.ravel() for index in np.indices((height, width)))
        rays = pixel_rays(view.intrinsics, columns, rows)
        pose = np.asarray(view.world_from_camera)
        directions = rays @ pose[:3, :3].T
        origins = pose[:3, 3] + view.clip_start * directions
        depth, triangle = self._cast(origins, directions, view.clip_end - view.clip_start)
        hit = triangle >= 0
        ids = np.where(hit, self._ids[triangle], 0)
        normals = self._normals[triangle] @ pose[:3, :3]
        towards = np.where(np.einsum("ij,ij->i", normals, rays) > 0, -1.0, 1.0)
        normals = np.where(hit[:, None], normals * towards[:, None], 0.0)
        return GeometryBuffer(
            np.where(hit, depth + view.clip_start, np.inf)
            .reshape(height, width)
            .astype(np.float32),
            normals.reshape(height, width, 3).astype(np.float32),
            ids.reshape(height, width).astype(np.uint16),
        )

    def _cast(
        self, origins: Array, directions: Array, reach: float
    ) -> tuple[Array, NDArray[np.int64]]:
        """Return each ray's parameter at its nearest hit, and the triangle hit or -1."""
        distances = np.full(len(origins), reach, dtype=np.float32)
        found = self._tree.run(
            origins.astype(np.float32), directions.astype(np.float32), distances, output=True
        )
        return found["tfar"].astype(float), found["primID"].astype(np.int64)


def _unit_normals(corners: Array) -> Array:
    edges = corners[:, 1:] - corners[:, :1]
    normals = np.cross(edges[:, 0], edges[:, 1])
    unit: Array = normals / np.maximum(np.linalg.norm(normals, axis=1), 1e-300)[:, None]
    return unit


def _world_triangles(
    scene: SettledScene, meshes: Mapping[str, TriangleMesh]
) -> tuple[Array, NDArray[np.int64]]:
    """Return the corners (T, 3, 3) of all triangles in the world frame, and their instance ids.

    The ids (T + 1,) end with one for rays that hit nothing.
    """
    parts: list[Array] = [np.empty((0, 3, 3))]
    ids: list[NDArray[np.int64]] = []
    spec = scene.spec
    poses = (*scene.poses, *(fixture.pose for fixture in spec.fixtures))
    for item, pose in zip(spec.things, poses, strict=True):
        mesh = meshes[item.asset_key]
        vertices = transform_points(pose.matrix, item.scale * mesh.vertices)
        parts.append(vertices[mesh.triangles])
        instance_id = item.instance_id if isinstance(item, ObjectSpec) else 0
        ids.append(np.full(len(mesh.triangles), instance_id))
    for surface in spec.surfaces:
        mesh = surface_mesh(surface)
        parts.append((mesh.vertices + surface.center)[mesh.triangles])
        ids.append(np.zeros(len(mesh.triangles), dtype=np.int64))
    return np.concatenate(parts), np.concatenate([*ids, np.zeros(1, dtype=np.int64)])
