"""Judges cameras in a settled scene: where they stand, and which targets they really see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ..camera import Intrinsics, pixel_rays, project_world
from ..mesh import TriangleMesh
from ..point_geometry import distance_to_triangles, winding_number
from ..recipe.camera import CameraRecipe
from ..scene_spec import ObjectSpec, Pose, SceneSpec, SurfaceSpec, ViewSpec
from ..scene_tree import Part, SceneTree
from ..silhouettes import Rectangle, SilhouetteCaster
from ..transforms import Array, transform_points

LEAST_PIXELS = 5
"""What shows fewer is a speck that no one could learn from."""
_RAYS_ACROSS = 40
"""Rays along the longer side of a target's box; 1 % of error in its visible share."""


class ViewChecks:
    """The checks of `CameraRecipe` in one settled scene.

    Args:
        poses: the objects' poses at rest.
        meshes: by asset key, as `Renderer.load` returned them.
    """

    def __init__(
        self,
        camera: CameraRecipe,
        spec: SceneSpec,
        poses: Sequence[Pose],
        meshes: Mapping[str, TriangleMesh],
    ) -> None:
        self._camera = camera
        self._spec = spec
        self._meshes = meshes
        self._tree = SceneTree(spec, poses, meshes)
        self._caster = SilhouetteCaster()
        self._targets = [
            (item, pose)
            for item, pose in zip(spec.objects, poses, strict=True)
            if item.role == "target"
        ]

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
            distance_to_triangles(part.near(eye, limit), eye) < limit
            for part in self._tree.parts
            if part.kind != "surface" and _is_in_box(part, eye, limit)
        )

    def _is_inside_something(self, eye: Array, interest: Array) -> bool:
        """Say whether a mesh encloses the camera alone.

        Furniture that encloses what is looked at as well is a room, or a cabinet to look into.
        """
        return any(
            _encloses(part, eye) and not (part.kind == "fixture" and _encloses(part, interest))
            for part in self._tree.parts
            if part.kind != "surface"
        )

    def _unseen(self, view: ViewSpec, pose: Array) -> str | None:
        """Return which check of the targets fails, if one does; looks no further than needed."""
        wanted = self._camera.min_targets
        in_frame = 0

        def seen() -> Iterator[int]:
            nonlocal in_frame
            for item, item_pose in self._targets:
                shown, visible = self._visibility(view, pose, item, item_pose)
                in_frame += shown
                if visible:
                    yield item.instance_id

        if len(list(islice(seen(), wanted))) == wanted:
            return None
        return "camera.min_targets" if in_frame < wanted else "camera.min_visible"

    def _visibility(
        self, view: ViewSpec, pose: Array, item: ObjectSpec, item_pose: Pose
    ) -> tuple[bool, bool]:
        """Return whether a target, alone, would be in the frame, and whether it is visible.

        Rays through every n-th pixel in both directions are cast, of the canvas that `annotation`
        takes fractions of; they meet the target alone, and what is in the image the whole scene.
        """
        lens = view.intrinsics
        corners = transform_points(
            item_pose.matrix, item.scale * self._meshes[item.asset_key].box_corners
        )
        window = _window(view, pose, corners)
        if not window.pixels:
            return False, False
        step = _odd_step(window)
        rows, columns = self._silhouette(view, pose, item, item_pose, window, step)
        inside = (columns >= 0) & (columns < lens.width) & (rows >= 0) & (rows < lens.height)
        rays = pixel_rays(lens, columns[inside], rows[inside]) @ pose[:3, :3].T
        origins = pose[:3, 3] + view.clip_start * rays
        _, triangles = self._tree.cast(origins, rays, view.clip_end - view.clip_start)
        hits = int(np.sum(self._tree.ids_of(triangles) == item.instance_id))
        enough = hits >= self._camera.min_visible * len(rows) and hits * step**2 >= LEAST_PIXELS
        return bool(inside.any()), enough

    def _silhouette(
        self,
        view: ViewSpec,
        pose: Array,
        item: ObjectSpec,
        item_pose: Pose,
        window: Rectangle,
        step: int,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the rows and columns (N,) of the pixels in a grid that show the target alone."""
        lens = view.intrinsics
        grid = Intrinsics(
            width=-(-(window.right - window.left) // step),
            height=-(-(window.bottom - window.top) // step),
            fx=lens.fx / step,
            fy=lens.fy / step,
            cx=(lens.cx - window.left) / step,
            cy=(lens.cy - window.top) / step,
        )
        alone = self._caster.silhouette(
            item.asset_key,
            self._meshes[item.asset_key],
            item.scale,
            item_pose.matrix,
            grid,
            pose,
            view.clip_start,
            view.clip_end,
        )
        rows, columns = np.nonzero(alone.mask)
        middle = step // 2
        return (
            window.top + step * (rows + alone.origin[0]) + middle,
            window.left + step * (columns + alone.origin[1]) + middle,
        )


def _window(view: ViewSpec, pose: Array, corners: Array) -> Rectangle:
    """Return the pixels around a box's corners (8, 3), on a canvas of three by three images."""
    lens = view.intrinsics
    canvas = Rectangle(-lens.width, -lens.height, 2 * lens.width, 2 * lens.height)
    pixels, depth = project_world(lens, pose, corners)
    if depth.max() < view.clip_start or depth.min() > view.clip_end:
        return Rectangle(0, 0, 0, 0)
    if depth.min() < view.clip_start:
        return canvas
    left, top = np.floor(np.clip(pixels.min(axis=0), -1e9, 1e9))
    right, bottom = np.ceil(np.clip(pixels.max(axis=0), -1e9, 1e9))
    return Rectangle(int(left), int(top), int(right), int(bottom)).within(canvas)


def _odd_step(window: Rectangle) -> int:
    """Return how many pixels apart rays are: odd, so that rays go through pixels' centres."""
    longest = max(window.right - window.left, window.bottom - window.top)
    return -(-longest // _RAYS_ACROSS) // 2 * 2 + 1


def _is_in_slab(surface: SurfaceSpec, point: Array, margin: float) -> bool:
    distance = np.abs(point - surface.center) - np.asarray(surface.size) / 2
    return bool(np.all(distance < margin))


def _is_within_walls(spec: SceneSpec, point: Array) -> bool:
    if spec.room_size is None:
        return not spec.surfaces or point[2] > 0
    width, depth, height = spec.room_size
    return bool(0 < point[2] < height and abs(point[0]) < width / 2 and abs(point[1]) < depth / 2)


def _is_in_box(part: Part, point: Array, margin: float = 0.0) -> bool:
    low, high = part.bounds
    return bool(np.all(point > low - margin) and np.all(point < high + margin))


def _encloses(part: Part, point: Array) -> bool:
    return _is_in_box(part, point) and winding_number(part.corners, point) > 0.5
