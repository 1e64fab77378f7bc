"""Choosing views: the first draw that passes every check, or an error that tells what failed."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.camera import project_world
from synth_addon.core.errors import SceneError
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.recipe.recipe import Recipe
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.sampling.views import (
    Ball,
    bounding_balls,
    choose_views,
    sample_view,
    world_from_camera,
)
from synth_addon.core.scene_spec import SceneSpec, SettledScene, SettledView
from synth_addon.core.shapes.catalog import mesh_of

NOTHING = AssetCatalog({}, {}, (), {})
fast = settings(deadline=None, max_examples=30)


def recipe(camera: dict[str, Any] | None = None, **parts: Any) -> Recipe:
    return validate_recipe(
        {
            "version": 1,
            "objects": {
                "target": {"shape": "sphere", "count": 3},
                "other": {"shape": "cube", "role": "distractor", "count": 2},
            },
            "camera": camera or {},
            **parts,
        },
        "test",
    )


def settled(made: Recipe, scene: int = 0) -> tuple[SceneSpec, tuple[Ball, ...]]:
    """Return a scene whose objects stay where they were drawn."""
    spec = sample_scene(made, NOTHING, scene)
    meshes = {item.asset_key: mesh_of(item.asset) for item in spec.objects}
    return spec, bounding_balls(spec.objects, [item.pose for item in spec.objects], meshes)


def chosen(made: Recipe, scene: int = 0) -> tuple[SettledView, ...]:
    spec, balls = settled(made, scene)
    return choose_views(made, spec, balls)


def centers_in_frame(view: SettledView, balls: tuple[Ball, ...]) -> int:
    centers = np.array([ball.center for ball in balls])
    pixels, depth = project_world(view.intrinsics, view.world_from_camera, centers)
    size = (view.intrinsics.width, view.intrinsics.height)
    inside = np.all((pixels > 0) & (pixels < size), axis=1)
    return int(np.sum(inside & (depth > view.clip_start) & (depth < view.clip_end)))


@fast
@given(st.integers(0, 10**6))
def test_every_chosen_view_passes_every_check(scene: int) -> None:
    made = recipe(
        {
            "min_targets": 2,
            "min_distance_m": 0.3,
            "radius_m": {"uniform": [0.3, 3]},
            "elevation_deg": {"uniform": [-30, 80]},
            "look_at_jitter_m": {"uniform": [0, 0.4]},
        }
    )
    spec, balls = settled(made, scene)
    for view in choose_views(made, spec, balls):
        eye = np.array(view.world_from_camera)[:3, 3]
        assert np.all(np.abs(eye[:2]) < 2) and 0 < eye[2] < 2.6
        for ball in balls:
            assert np.linalg.norm(ball.center - eye) - ball.radius >= 0.3
        targets = tuple(
            ball for item, ball in zip(spec.objects, balls, strict=True) if item.role == "target"
        )
        assert centers_in_frame(view, targets) >= 2


@fast
@given(st.integers(0, 10**6))
def test_cameras_stand_on_their_shell_and_look_inside(scene: int) -> None:
    made = recipe()
    spec, balls = settled(made, scene)
    for view in spec.views:
        pose = world_from_camera(view, balls)
        offset = pose[:3, 3] - balls[view.anchor - 1].center
        assert np.linalg.norm(offset) == pytest.approx(view.radius)
        assert math.asin(offset[2] / view.radius) == pytest.approx(view.elevation)
        aim = balls[view.anchor - 1].center + view.look_at_offset
        pixels, _ = project_world(view.intrinsics, pose, [aim])
        assert pixels[0] == pytest.approx([view.intrinsics.cx, view.intrinsics.cy], abs=1e-6)


def test_a_suitable_first_draw_is_kept() -> None:
    made = recipe({"min_targets": 0, "min_distance_m": 0, "radius_m": 1})
    spec, balls = settled(made)
    for drawn, view in zip(spec.views, choose_views(made, spec, balls), strict=True):
        assert np.allclose(view.world_from_camera, world_from_camera(drawn, balls))
        assert view.intrinsics == drawn.intrinsics
        assert view.render_seed == drawn.render_seed


def test_a_later_draw_keeps_the_noise_of_its_view() -> None:
    made = recipe()
    spec, _ = settled(made)
    again = sample_view(made, spec.objects, 0, 0, view=1, view_attempt=5)
    assert again.render_seed == spec.views[1].render_seed
    assert again.azimuth != spec.views[1].azimuth


def test_frames_are_numbered_through_all_scenes() -> None:
    assert [view.frame for view in chosen(recipe(views_per_scene=3), scene=7)] == [21, 22, 23]


def test_views_are_chosen_independently() -> None:
    """One more view changes no other, whatever the checks reject."""
    camera = {"min_targets": 3, "look_at_jitter_m": 0.3}
    few, many = (chosen(recipe(camera, views_per_scene=count), 0) for count in (2, 4))
    assert [view.world_from_camera for view in many[:2]] == [view.world_from_camera for view in few]


def test_settled_scenes_survive_json() -> None:
    made = recipe()
    spec, balls = settled(made)
    scene = SettledScene(
        spec=spec,
        poses=tuple(item.pose for item in spec.objects),
        views=choose_views(made, spec, balls),
    )
    assert SettledScene.model_validate_json(scene.model_dump_json()) == scene


@pytest.mark.parametrize(
    ("camera", "check"),
    [
        ({"radius_m": 50}, "outside the room"),
        ({"elevation_deg": -80}, "outside the room"),
        ({"min_distance_m": 900}, "camera.min_distance_m"),
        ({"min_targets": 3, "fov_deg": 1}, "camera.min_targets"),
        ({"clip_end_m": 0.1}, "camera.min_targets"),
    ],
)
def test_errors_say_which_check_failed_how_often(camera: dict[str, Any], check: str) -> None:
    with pytest.raises(SceneError) as caught:
        chosen(recipe({**camera, "max_tries": 17}), scene=4)
    message = str(caught.value)
    assert "scene 4 view 0" in message
    assert "17 tries" in message
    assert f"{check} 17 times" in message
    assert "Widen" in message


def test_counts_of_failures_add_up() -> None:
    camera = {"radius_m": {"uniform": [0.1, 8]}, "min_targets": 3, "fov_deg": 2, "max_tries": 40}
    with pytest.raises(SceneError) as caught:
        chosen(recipe(camera))
    counts = [int(count) for count in re.findall(r"(\d+) times", str(caught.value))]
    assert len(counts) > 1
    assert sum(counts) == 40


def test_a_camera_must_not_stand_in_a_wall() -> None:
    made = recipe({"radius_m": 1.99, "elevation_deg": 5, "min_targets": 0, "clip_start_m": 0.3})
    for view in chosen(made):
        eye = np.abs(np.array(view.world_from_camera)[:2, 3])
        assert np.all(eye < 2 - 0.3)


def test_without_a_room_a_camera_may_stand_anywhere() -> None:
    parts = {"room": {"enabled": False}, "physics": {"enabled": False}}
    below = recipe({"elevation_deg": -60, "radius_m": 40}, **parts)
    assert np.array(chosen(below)[0].world_from_camera)[2, 3] < -10
