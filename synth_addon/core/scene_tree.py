"""All triangles of a settled scene in the world frame, ready for ray casting with Embree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from embreex.mesh_construction import TriangleMesh as EmbreeTriangles
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from .mesh import TriangleMesh
from .scene_spec import FixtureSpec, ObjectSpec, Pose, SceneSpec
from .slab import surface_mesh
from .transforms import Array, transform_points


@dataclass(frozen=True, eq=False)
class Part:
    """One thing of a scene.

    Attributes:
        instance_id: 0 for what is background.
        corners: (T, 3, 3) of its triangles, metres in the world frame.
    """

    kind: Literal["object", "fixture", "surface"]
    instance_id: int
    corners: Array

    @cached_property
    def bounds(self) -> tuple[Array, Array]:
        """The lower and upper corner (3,) of the box around it; reversed when it is empty."""
        points = self.corners.reshape(-1, 3)
        return points.min(axis=0, initial=np.inf), points.max(axis=0, initial=-np.inf)

    def near(self, point: Array, reach: float) -> Array:
        """Return the corners of the triangles whose boxes come within `reach` of a point (3,)."""
        low, high = self._triangle_bounds
        close = np.all((low <= point + reach) & (high >= point - reach), axis=1)
        chosen: Array = self.corners[close]
        return chosen

    @cached_property
    def _triangle_bounds(self) -> tuple[Array, Array]:
        return self.corners.min(axis=1), self.corners.max(axis=1)


class SceneTree:
    """Casts rays at all of a settled scene.

    Every surface has two sides and is opaque.

    Attributes:
        parts: what the scene holds, objects first, in the order of the spec.

    Args:
        poses: the objects' poses at rest.
        meshes: by asset key, as `Renderer.load` returned them.
    """

    def __init__(
        self, spec: SceneSpec, poses: Sequence[Pose], meshes: Mapping[str, TriangleMesh]
    ) -> None:
        self.parts = tuple(_parts(spec, poses, meshes))
        self.corners = np.concatenate([np.empty((0, 3, 3)), *(p.corners for p in self.parts)])
        ids = [np.full(len(part.corners), part.instance_id) for part in self.parts]
        self._ids = np.concatenate([*ids, np.zeros(1, dtype=np.int64)])
        self._tree = EmbreeScene(robust=True)
        if len(self.corners):
            EmbreeTriangles(self._tree, self.corners.astype(np.float32))

    def cast(
        self, origins: Array, directions: Array, reach: float
    ) -> tuple[Array, NDArray[np.int64]]:
        """Return each ray's parameter at its nearest hit, and the triangle hit or -1.

        Args:
            origins, directions: (N, 3), world frame.
            reach: greatest parameter that counts.
        """
        distances = np.full(len(origins), reach, dtype=np.float32)
        found = self._tree.run(
            origins.astype(np.float32), directions.astype(np.float32), distances, output=True
        )
        return found["tfar"].astype(float), found["primID"].astype(np.int64)

    def ids_of(self, triangles: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the instance ids of triangles; -1, which is none, belongs to the background."""
        ids: NDArray[np.int64] = self._ids[triangles]
        return ids


def _parts(
    spec: SceneSpec, poses: Sequence[Pose], meshes: Mapping[str, TriangleMesh]
) -> Iterator[Part]:
    for item, pose in zip(spec.objects, poses, strict=True):
        yield Part("object", item.instance_id, _corners(item, pose, meshes))
    for fixture in spec.fixtures:
        yield Part("fixture", 0, _corners(fixture, fixture.pose, meshes))
    for surface in spec.surfaces:
        mesh = surface_mesh(surface)
        yield Part("surface", 0, (mesh.vertices + surface.center)[mesh.triangles])


def _corners(
    item: ObjectSpec | FixtureSpec, pose: Pose, meshes: Mapping[str, TriangleMesh]
) -> Array:
    mesh = meshes[item.asset_key]
    vertices = transform_points(pose.matrix, item.scale * mesh.vertices)
    corners: Array = vertices[mesh.triangles]
    return corners
