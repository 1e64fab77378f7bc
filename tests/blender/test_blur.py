"""Depth of field and motion blur: true in the picture, without trace in annotations and scene."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest

from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.camera import Intrinsics, project_world
from synth_addon.core.rendered_frame import RenderedFrame
from synth_addon.core.scene_spec import (
    EnvironmentSpec,
    LensBlurSpec,
    MaterialSpec,
    MotionSpec,
    SettledScene,
    SettledView,
)
from synth_addon.core.transforms import Array

from .scenes import PLAIN, RENDER, TURNED, Shot, at, scene_of, shoot, thing, view_from

FINE = RENDER.model_copy(update={"samples": 64})
LENS = LensBlurSpec(f_stop=2.8, sensor_width_mm=36, focus=0.9)
BLURS: dict[str, dict[str, Any]] = {
    "f/2.8": {"lens_blur": LENS},
    "f/0.5 of five blades": {"lens_blur": LENS.model_copy(update={"f_stop": 0.5, "blades": 5})},
    "camera": {"motion": MotionSpec(camera=(0.05, 0, 0.02), objects=((0, 0, 0),) * 4)},
    "objects": {
        "motion": MotionSpec(
            camera=(0, 0, 0), objects=((0.1, 0, 0), (0, 0.1, 0), (0, 0, -0.1), (0.05, 0, 0.05))
        )
    },
    "both": {
        "lens_blur": LENS,
        "motion": MotionSpec(camera=(0.03, 0, 0), objects=((0, 0, 0.05),) * 4),
    },
}
CHANNELS = ("rgb", "depth", "normals", "instance_ids")


def still_life(**changes: Any) -> SettledScene:
    objects = [
        thing(1, "cup", at(0.0, 0.0, 0.06), scale=1.4),
        thing(2, "sphere", at(0.1, 0.2, 0.08), radius_m=0.08),
        thing(3, "box", at(-0.14, -0.1, 0.12, TURNED), width_m=0.12, depth_m=0.16, height_m=0.08),
        thing(4, "torus", at(0.12, -0.2, 0.05, TURNED), scale=1.5),
    ]
    return scene_of(objects, **changes)


VIEW = view_from((0.1, -0.8, 0.45), (0.0, 0.0, 0.05))


def same(one: RenderedFrame, other: RenderedFrame) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in CHANNELS)


@pytest.mark.parametrize("blur", list(BLURS))
def test_blur_changes_the_picture_and_no_annotation(renderer: BlenderRenderer, blur: str) -> None:
    blurred = VIEW.model_copy(update=BLURS[blur])
    sharp, shot = shoot(renderer, still_life(), VIEW, blurred)
    assert not np.array_equal(sharp.frame.rgb, shot.frame.rgb)
    for item in shot.scene.spec.objects:
        masks = [shot.mask(item.instance_id), sharp.mask(item.instance_id)]
        truth = shot.truth.instance_ids == item.instance_id
        for other in (masks[1], truth):
            assert np.sum(masks[0] & other) / np.sum(masks[0] | other) >= 0.995
    both = np.isfinite(shot.frame.depth) & (shot.frame.instance_ids == sharp.frame.instance_ids)
    ratio = shot.frame.depth[both] / sharp.frame.depth[both]
    assert np.percentile(np.abs(ratio - 1), 99) < 1e-3
    flat = both & (shot.frame.instance_ids == 3)
    aligned = np.einsum("ij,ij->i", shot.frame.normals[flat], sharp.frame.normals[flat])
    assert np.median(aligned) > 0.99999


def bright_ball(radius: float, **changes: Any) -> SettledScene:
    """Return a scene of a shining ball in the dark."""
    shining = MaterialSpec(base_color=(1, 1, 1), emission_strength=0.5)
    ball = thing(1, "sphere", at(0, 0, 0), radius_m=radius, material=shining)
    dark = EnvironmentSpec(color=(0, 0, 0))
    render = FINE.model_copy(update=changes)
    return scene_of([ball], surfaces=(), lights=(), environment=dark, render=render)


def spread_of(shot: Shot) -> tuple[Array, Array]:
    """Return the picture's centre of light (2,) and its covariance (2, 2), in pixels."""
    value = shot.frame.rgb[..., 1] / 255.0
    light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    rows, columns = np.indices(light.shape) + 0.5
    points = np.stack([columns.ravel(), rows.ravel()])
    center = points @ light.ravel() / light.sum()
    return center, np.cov(points, aweights=light.ravel(), ddof=0)


@pytest.mark.parametrize("sensor", [36.0, 12.0])
@pytest.mark.parametrize("focus", [0.5, 2.0])
def test_blur_of_a_point_is_as_wide_as_optics_say(
    renderer: BlenderRenderer, sensor: float, focus: float
) -> None:
    """A point at depth z is a disc of A |z - f| / (z f) radians; an even disc has D² / 16."""
    focal_m = PLAIN.fx / PLAIN.width * sensor / 1000
    f_stop = focal_m / 0.05  # an opening of 50 mm
    lens = LensBlurSpec(f_stop=f_stop, sensor_width_mm=sensor, focus=focus)
    sharp = view_from((0, -1, 0))
    blurred = sharp.model_copy(update={"lens_blur": lens})
    narrow, wide = shoot(renderer, bright_ball(0.01, samples=256), sharp, blurred)
    added = np.diag(spread_of(wide)[1] - spread_of(narrow)[1])
    diameter = 0.05 * abs(1 - focus) / focus * PLAIN.fx
    print(f"\ndisc of {np.sqrt(16 * added).round(2)} px, {diameter:.2f} expected")
    assert np.sqrt(16 * added) == pytest.approx([diameter, diameter], rel=0.08)


@pytest.mark.parametrize("what", ["camera", "object"])
def test_motion_is_centred_on_the_annotated_pose(renderer: BlenderRenderer, what: str) -> None:
    """The streak is as long as stated: an even line of length L has a variance of L² / 12."""
    step = (0.12, 0.0, 0.05)
    still = (0.0, 0.0, 0.0)
    motion = (
        MotionSpec(camera=step, objects=(still,))
        if what == "camera"
        else MotionSpec(camera=still, objects=(step,))
    )
    view = view_from((0.1, -1, 0.05))
    moving = view.model_copy(update={"motion": motion})
    narrow, wide = shoot(renderer, bright_ball(0.02, samples=256), view, moving)
    (before, spread_before), (after, spread_after) = spread_of(narrow), spread_of(wide)
    assert after == pytest.approx(before, abs=0.3)
    ends = project_world(PLAIN, view.world_from_camera, [np.multiply(step, s) for s in (-0.5, 0.5)])
    length = np.linalg.norm(np.diff(ends[0], axis=0))
    added = np.linalg.eigvalsh(spread_after - spread_before)
    assert np.sqrt(12 * added[1]) == pytest.approx(length, rel=0.05)
    assert abs(added[0]) < 0.3


def test_coverage_is_that_of_the_blurred_picture(renderer: BlenderRenderer) -> None:
    render = FINE.model_copy(update={"coverage": True})
    moving = VIEW.model_copy(update=BLURS["objects"])
    sharp, shot = shoot(renderer, still_life(render=render), VIEW, moving)
    assert shot.frame.coverage is not None and sharp.frame.coverage is not None
    assert np.all(shot.frame.coverage[shot.frame.instance_ids == 0] == 0)
    seen = shot.frame.instance_ids > 0
    assert shot.frame.coverage[seen].mean() < sharp.frame.coverage[seen].mean() - 0.03
    assert shot.frame.coverage[seen].max() == pytest.approx(1, abs=0.02)


def test_order_of_blurred_and_sharp_views_changes_no_pixel(renderer: BlenderRenderer) -> None:
    scene = still_life(render=RENDER.model_copy(update={"samples": 4}))
    views = [VIEW, *(VIEW.model_copy(update=blur) for blur in BLURS.values())]
    upward = [shot.frame for shot in shoot(renderer, scene, *views)]
    downward = [shot.frame for shot in shoot(renderer, scene, *reversed(views))]
    assert all(map(same, upward, reversed(downward)))
    other = BlenderRenderer({})
    try:
        fresh = shoot(other, scene, views[3])[0].frame
    finally:
        other.close()
    assert same(fresh, upward[3])


def test_motion_leaves_no_animation_behind(renderer: BlenderRenderer) -> None:
    moving = VIEW.model_copy(update=BLURS["both"])
    shoot(renderer, still_life(), moving)
    scene = renderer.builder.scene
    assert not scene.render.use_motion_blur
    assert all(item.animation_data is None for item in scene.objects)
    assert len(bpy.data.actions) == 0
    place = scene.objects[renderer.builder.names[1]].matrix_world.translation
    assert tuple(place) == pytest.approx((0, 0, 0.06))


def test_motion_leaves_no_animation_behind_an_error(
    renderer: BlenderRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    shoot(renderer, still_life(), VIEW)
    scene = renderer.builder.scene
    moving: SettledView = VIEW.model_copy(update=BLURS["both"])
    scene.camera = None
    try:
        with pytest.raises(Exception, match="could not render"):
            renderer.render(moving)
    finally:
        scene.camera = renderer.builder.camera
    assert all(item.animation_data is None for item in scene.objects)


@pytest.mark.parametrize("engine", ["EEVEE"])
def test_other_engines_blur_too(renderer: BlenderRenderer, engine: str) -> None:
    small = Intrinsics(width=64, height=48, fx=60.0, fy=60.0, cx=32.0, cy=24.0)
    view = VIEW.model_copy(update={"intrinsics": small})
    render = RENDER.model_copy(update={"engine": engine, "samples": 4})
    sharp, focused, moved = (
        shot.frame
        for shot in shoot(
            renderer,
            still_life(render=render),
            view,
            view.model_copy(update=BLURS["f/0.5 of five blades"]),
            view.model_copy(update=BLURS["camera"]),
        )
    )
    for frame in (focused, moved):
        assert not np.array_equal(frame.rgb, sharp.rgb)
        assert np.array_equal(frame.instance_ids, sharp.instance_ids)
