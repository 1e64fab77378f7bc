"""Everything that a settled scene shows, where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from .mesh import TriangleMesh
from .scene_spec import Pose, SceneSpec
from .slab import surface_mesh
from .transforms import Array, transform_points


@dataclass(frozen=True, eq=False)
class PlacedMesh:
    """One thing of a scene.

    Attributes:
        instance_id: 0 for what is background.
        scale: uniform factor on the mesh.
        world_from_object: rigid 4x4 transform.
    """

    kind: Literal["object", "fixture", "surface"]
    mesh: TriangleMesh
    instance_id: int
    scale: float
    world_from_object: Array

    @cached_property
    def box(self) -> Array:
        """The corners (8, 3) of the box around the mesh, turned with it, in the world frame."""
        return transform_points(self.world_from_object, self.scale * self.mesh.box_corners)

    @cached_property
    def bounds(self) -> tuple[Array, Array]:
        """The lower and upper corner (3,) of the upright box around `box`."""
        return self.box.min(axis=0), self.box.max(axis=0)

    @cached_property
    def corners(self) -> Array:
        """The corners (T, 3, 3) of its triangles in the world frame."""
        vertices = transform_points(self.world_from_object, self.scale * self.mesh.vertices)
        corners: Array = vertices[self.mesh.triangles]
        return corners

    def near(self, point: Array, reach: float) -> Array:
        """Return the corners of the triangles whose boxes come within `reach` of a point (3,)."""
        low, high = self._triangle_bounds
        close = np.all((low <= point + reach) & (high >= point - reach), axis=1)
        chosen: Array = self.corners[close]
        return chosen

    @cached_property
    def _triangle_bounds(self) -> tuple[Array, Array]:
        return self.corners.min(axis=1), self.corners.max(axis=1)


def placed_meshes(
    spec: SceneSpec, poses: Sequence[Pose], meshes: Mapping[str, TriangleMesh]
) -> Iterator[PlacedMesh]:
    """Yield the objects in their order, then fixtures, then surfaces.

    Args:
        poses: the objects' poses at rest.
        meshes: by asset key, as `Renderer.load` returned them.
    """
    for item, pose in zip(spec.objects, poses, strict=True):
        mesh = meshes[item.asset_key]
        yield PlacedMesh("object", mesh, item.instance_id, item.scale, pose.matrix)
    for fixture in spec.fixtures:
        mesh = meshes[fixture.asset_key]
        yield PlacedMesh("fixture", mesh, 0, fixture.scale, fixture.pose.matrix)
    for surface in spec.surfaces:
        place = Pose(translation=surface.center).matrix
        yield PlacedMesh("surface", surface_mesh(surface), 0, 1.0, place)
