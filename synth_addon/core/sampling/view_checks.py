"""Judges cameras in a settled scene: where they stand, and which targets they really see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..mesh import TriangleMesh
from ..mesh_tree import MeshTrees
from ..placed_mesh import PlacedMesh, placed_meshes
from ..point_geometry import distance_to_triangles, winding_number
from ..recipe.camera import CameraRecipe
from ..scene_spec import Pose, SceneSpec, SurfaceSpec, ViewSpec
from ..transforms import Array
from .sight import SightLines

LEAST_PIXELS = 5
"""What shows fewer is a speck that no one could learn from."""


class ViewChecks:
    """The checks of `CameraRecipe` in one settled scene.

    Args:
        poses: the objects' poses at rest.
        meshes: by asset key, as `Renderer.load` returned them.
        trees: keeps the meshes' trees.
    """

    def __init__(
        self,
        camera: CameraRecipe,
        spec: SceneSpec,
        poses: Sequence[Pose],
        meshes: Mapping[str, TriangleMesh],
        trees: MeshTrees,
    ) -> None:
        self._camera = camera
        self._spec = spec
        parts = tuple(placed_meshes(spec, poses, meshes))
        self._things = [part for part in parts if part.kind != "surface"]
        self._targets = [item.instance_id for item in spec.objects if item.role == "target"]
        self._lines = SightLines(parts, trees)

    def failure(self, view: ViewSpec, pose: Array, interest: Array) -> str | None:
        """Return the name of the first check that a camera fails, cheapest first, or None.

        Args:
            pose: ``world_from_camera`` (4, 4).
            interest: the point (3,) that the view is stated relative to.
        """
        eye = pose[:3, 3]
        if not self._is_in_the_room(eye):
            return "outside the room"
        if self._is_too_near(eye):
            return "camera.min_distance_m"
        if self._is_inside_something(eye, interest):
            return "inside an object or furniture"
        return self._unseen(view, pose)

    def _is_in_the_room(self, eye: Array) -> bool:
        margin = self._camera.clip_start_m
        return _is_within_walls(self._spec, eye) and not any(
            _is_in_slab(surface, eye, margin) for surface in self._spec.surfaces
        )

    def _is_too_near(self, eye: Array) -> bool:
        limit = self._camera.min_distance_m
        return any(
            distance_to_triangles(thing.near(eye, limit), eye) < limit
            for thing in self._things
            if _is_in_box(thing, eye, limit)
        )

    def _is_inside_something(self, eye: Array, interest: Array) -> bool:
        """Say whether a mesh encloses the camera alone.

        Furniture that encloses what is looked at as well is a room, or a cabinet to look into.
        """
        return any(
            _encloses(thing, eye) and not (thing.kind == "fixture" and _encloses(thing, interest))
            for thing in self._things
        )

    def _unseen(self, view: ViewSpec, pose: Array) -> str | None:
        """Return which check of the targets fails, if one does; looks no further than needed."""
        wanted = self._camera.min_targets
        in_image = visible = 0
        if not wanted:
            return None
        for sight in self._lines.sights(view, pose, self._targets):
            in_image += sight.in_image
            visible += sight.share >= self._camera.min_visible and sight.pixels >= LEAST_PIXELS
            if visible == wanted:
                return None
        return "camera.min_targets" if in_image < wanted else "camera.min_visible"


def _is_in_slab(surface: SurfaceSpec, point: Array, margin: float) -> bool:
    distance = np.abs(point - surface.center) - np.asarray(surface.size) / 2
    return bool(np.all(distance < margin))


def _is_within_walls(spec: SceneSpec, point: Array) -> bool:
    if spec.room_size is None:
        return not spec.surfaces or point[2] > 0
    width, depth, height = spec.room_size
    return bool(0 < point[2] < height and abs(point[0]) < width / 2 and abs(point[1]) < depth / 2)


def _is_in_box(thing: PlacedMesh, point: Array, margin: float = 0.0) -> bool:
    low, high = thing.bounds
    return bool(np.all(point > low - margin) and np.all(point < high + margin))


def _encloses(thing: PlacedMesh, point: Array) -> bool:
    return _is_in_box(thing, point) and winding_number(thing.corners, point) > 0.5
