"""Draws cameras, and chooses for each view the first draw that suits the settled scene."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..camera import Intrinsics, project_world
from ..directions import on_sphere
from ..errors import SceneError
from ..mesh import TriangleMesh
from ..random_streams import derived_seed, random_stream
from ..recipe.camera import CameraRecipe
from ..recipe.recipe import Recipe
from ..scene_spec import ObjectSpec, Pose, SceneSpec, SettledView, SurfaceSpec, ViewSpec
from ..transforms import Array, look_at, matrix_rows, transform_points


@dataclass(frozen=True)
class Ball:
    """A settled object's bounding sphere: centre (3,) in the world frame, radius in metres."""

    center: Array
    radius: float


def bounding_balls(
    objects: Sequence[ObjectSpec], poses: Sequence[Pose], meshes: Mapping[str, TriangleMesh]
) -> tuple[Ball, ...]:
    """Return a sphere around each object, centred on its box."""
    return tuple(
        bounding_ball(spec, pose, meshes[spec.asset_key])
        for spec, pose in zip(objects, poses, strict=True)
    )


def bounding_ball(spec: ObjectSpec, pose: Pose, mesh: TriangleMesh) -> Ball:
    """Return the sphere around one object's box."""
    low, high = mesh.bounds
    center = transform_points(pose.matrix, [spec.scale * (low + high) / 2])[0]
    return Ball(center, spec.scale * float(np.linalg.norm(high - low)) / 2)


def sample_view(
    recipe: Recipe,
    objects: Sequence[ObjectSpec],
    scene: int,
    attempt: int,
    view: int,
    view_attempt: int = 0,
) -> ViewSpec:
    """Draw one camera; `view_attempt` counts the draws that the settled scene did not suit."""
    camera = recipe.camera
    aspect = f"view {view} attempt {attempt}.{view_attempt}"
    rng = random_stream(recipe.seed, scene, aspect)
    anchor = _sample_anchor(camera, objects, rng)
    direction = rng.normal(size=3)
    offset = camera.look_at_jitter_m.draw(rng) * direction / np.linalg.norm(direction)
    return ViewSpec(
        view=view,
        intrinsics=_sample_intrinsics(camera, rng),
        anchor=anchor,
        center=(0.0, 0.0, 0.0) if anchor else camera.center_m,
        radius=camera.radius_m.draw(rng),
        elevation=math.radians(camera.elevation_deg.draw(rng)),
        azimuth=math.radians(camera.azimuth_deg.draw(rng)),
        look_at_offset=(float(offset[0]), float(offset[1]), float(offset[2])),
        roll=math.radians(camera.roll_deg.draw(rng)),
        clip_start=camera.clip_start_m,
        clip_end=camera.clip_end_m,
        render_seed=derived_seed(recipe.seed, scene, f"render noise of view {view}"),
    )


def _sample_anchor(
    camera: CameraRecipe, objects: Sequence[ObjectSpec], rng: np.random.Generator
) -> int:
    roles = {"target": ("target",), "object": ("target", "distractor"), "center": ()}
    ids = [spec.instance_id for spec in objects if spec.role in roles[camera.look_at]]
    return ids[int(rng.integers(len(ids)))] if ids else 0


def _sample_intrinsics(camera: CameraRecipe, rng: np.random.Generator) -> Intrinsics:
    """Lens shift moves the principal point against the shift, as in Blender."""
    width, height = camera.width_px, camera.height_px
    if camera.matrix is not None:
        (fx, _, cx), (_, fy, cy), _ = camera.matrix
        return Intrinsics(width=width, height=height, fx=fx, fy=fy, cx=cx, cy=cy)
    if camera.focal_mm is not None:
        fx = camera.focal_mm.draw(rng) / camera.sensor_width_mm * width
    else:
        fx = width / 2 / math.tan(math.radians(camera.fov_deg.draw(rng)) / 2)
    fy = fx / camera.pixel_aspect
    cx = width / 2 - camera.shift_x.draw(rng) * width
    cy = height / 2 + camera.shift_y.draw(rng) * width / camera.pixel_aspect
    return Intrinsics(width=width, height=height, fx=fx, fy=fy, cx=cx, cy=cy)


def world_from_camera(view: ViewSpec, balls: Sequence[Ball]) -> Array:
    """Return the camera's pose (4, 4) for a settled scene.

    Args:
        balls: bounding spheres in the order of instance ids from 1.
    """
    interest = np.asarray(view.center, float)
    if view.anchor:
        interest = interest + balls[view.anchor - 1].center
    eye = interest + on_sphere(view.radius, view.elevation, view.azimuth)
    return look_at(eye, interest + view.look_at_offset, view.roll)


def choose_views(recipe: Recipe, spec: SceneSpec, balls: Sequence[Ball]) -> tuple[SettledView, ...]:
    """Return, for each view, the first draw that passes the checks of `CameraRecipe`.

    Raises:
        SceneError: no draw passed within `CameraRecipe.max_tries`; says which check failed how
            often.
    """
    return tuple(_choose_view(recipe, spec, balls, first) for first in spec.views)


def _choose_view(
    recipe: Recipe, spec: SceneSpec, balls: Sequence[Ball], first: ViewSpec
) -> SettledView:
    failures: Counter[str] = Counter()
    view = first
    for view_attempt in range(recipe.camera.max_tries):
        if view_attempt:
            view = sample_view(
                recipe, spec.objects, spec.scene, spec.attempt, first.view, view_attempt
            )
        pose = world_from_camera(view, balls)
        failure = _unsuitable(recipe.camera, spec, view, pose, balls)
        if failure is None:
            return _settled(recipe, spec, view, pose)
        failures[failure] += 1
    counts = ", ".join(f"{name} {count} times" for name, count in failures.most_common())
    raise SceneError(
        f"scene {spec.scene} view {first.view}: no camera found in {recipe.camera.max_tries} tries "
        f"({counts}). Widen camera.radius_m or camera.elevation_deg, or loosen the named check"
    )


def _settled(recipe: Recipe, spec: SceneSpec, view: ViewSpec, pose: Array) -> SettledView:
    return SettledView(
        view=view.view,
        frame=spec.scene * recipe.views_per_scene + view.view,
        intrinsics=view.intrinsics,
        world_from_camera=matrix_rows(pose),
        clip_start=view.clip_start,
        clip_end=view.clip_end,
        render_seed=view.render_seed,
    )


def _unsuitable(
    camera: CameraRecipe,
    spec: SceneSpec,
    view: ViewSpec,
    pose: Array,
    balls: Sequence[Ball],
) -> str | None:
    """Return the name of the first check that fails, or None."""
    eye = pose[:3, 3]
    if any(_inside(surface, eye, camera.clip_start_m) for surface in spec.surfaces) or (
        not _within_walls(spec, eye)
    ):
        return "outside the room"
    if any(
        np.linalg.norm(ball.center - eye) - ball.radius < camera.min_distance_m for ball in balls
    ):
        return "camera.min_distance_m"
    if _targets_in_frame(spec, view, pose, balls) < camera.min_targets:
        return "camera.min_targets"
    return None


def _inside(surface: SurfaceSpec, point: Array, margin: float) -> bool:
    distance = np.abs(point - surface.center) - np.asarray(surface.size) / 2
    return bool(np.all(distance < margin))


def _within_walls(spec: SceneSpec, point: Array) -> bool:
    if spec.room_size is None:
        return not spec.surfaces or point[2] > 0
    width, depth, height = spec.room_size
    return bool(0 < point[2] < height and abs(point[0]) < width / 2 and abs(point[1]) < depth / 2)


def _targets_in_frame(spec: SceneSpec, view: ViewSpec, pose: Array, balls: Sequence[Ball]) -> int:
    """Count the targets whose centre is inside the image and between the clip distances."""
    centers = [
        ball.center for item, ball in zip(spec.objects, balls, strict=True) if item.role == "target"
    ]
    if not centers:
        return 0
    pixels, depth = project_world(view.intrinsics, pose, np.array(centers))
    limits = (view.intrinsics.width, view.intrinsics.height)
    within = np.all((pixels > 0) & (pixels < limits), axis=1)
    return int(np.sum(within & (depth > view.clip_start) & (depth < view.clip_end)))
