"""Draws cameras, stated relative to what they look at."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..camera import Intrinsics
from ..distributions import Uniform, draw_integer
from ..random_streams import derived_seed, random_stream
from ..recipe.camera import CameraRecipe
from ..recipe.motion_blur import MotionBlurRecipe
from ..recipe.recipe import Recipe
from ..scene_spec import LensBlurSpec, MotionSpec, ObjectSpec, Vector, ViewSpec


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
    framing, lens, motion = (
        random_stream(recipe.seed, scene, f"{part} of {aspect}")
        for part in ("framing", "lens blur", "motion")
    )
    anchor = _sample_anchor(camera, objects, rng)
    return ViewSpec(
        view=view,
        anchor=anchor,
        center=(0.0, 0.0, 0.0) if anchor else camera.center_m,
        look_at_offset=_random_step(camera.look_at_jitter_m.draw(rng), rng),
        off_center=_sample_off_center(camera, framing),
        intrinsics=_sample_intrinsics(camera, rng),
        radius=camera.radius_m.draw(rng),
        elevation=_sample_elevation(camera, rng),
        azimuth=math.radians(camera.azimuth_deg.draw(rng)),
        roll=math.radians(camera.roll_deg.draw(rng)),
        clip_start=camera.clip_start_m,
        clip_end=camera.clip_end_m,
        render_seed=derived_seed(recipe.seed, scene, f"render noise of view {view}"),
        lens_blur=_sample_lens_blur(camera, lens),
        motion=_sample_motion(camera.motion_blur, len(objects), motion),
    )


def _sample_anchor(
    camera: CameraRecipe, objects: Sequence[ObjectSpec], rng: np.random.Generator
) -> int:
    roles = {"target": ("target",), "object": ("target", "distractor"), "center": ()}
    ids = [spec.instance_id for spec in objects if spec.role in roles[camera.look_at]]
    return ids[int(rng.integers(len(ids)))] if ids else 0


def _random_step(length: float, rng: np.random.Generator) -> Vector:
    """Return a vector of `length` in a random direction."""
    direction = rng.normal(size=3)
    x, y, z = length * direction / np.linalg.norm(direction)
    return float(x), float(y), float(z)


def _sample_off_center(camera: CameraRecipe, rng: np.random.Generator) -> tuple[float, float]:
    share, direction = camera.off_center.draw(rng), rng.uniform(0, 2 * math.pi)
    if not share:
        return 0.0, 0.0
    return share * math.cos(direction), share * math.sin(direction)


def _sample_elevation(camera: CameraRecipe, rng: np.random.Generator) -> float:
    """Return an angle; equal areas of a sphere have equal ranges of its sine (Archimedes)."""
    elevation = camera.elevation_deg
    if camera.elevation_by == "angle" or not isinstance(elevation, Uniform):
        return math.radians(elevation.draw(rng))
    low, high = (math.radians(limit) for limit in elevation.support())
    height = rng.uniform(math.sin(low), math.sin(high))
    return min(max(math.asin(height), low), high)


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


def _sample_lens_blur(camera: CameraRecipe, rng: np.random.Generator) -> LensBlurSpec | None:
    if camera.f_stop is None:
        return None
    return LensBlurSpec(
        f_stop=camera.f_stop.draw(rng),
        sensor_width_mm=camera.sensor_width_mm,
        blades=draw_integer(camera.blades, rng),
        focus=None if camera.focus_m is None else camera.focus_m.draw(rng),
    )


def _sample_motion(
    blur: MotionBlurRecipe, objects: int, rng: np.random.Generator
) -> MotionSpec | None:
    seconds = blur.shutter.draw(rng) / blur.frames_per_second
    camera = _random_step(blur.camera_speed.draw(rng) * seconds, rng)
    moves = tuple(_random_step(blur.object_speed.draw(rng) * seconds, rng) for _ in range(objects))
    if not any(any(move) for move in (camera, *moves)):
        return None
    return MotionSpec(camera=camera, objects=moves)
