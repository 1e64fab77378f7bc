"""Choosing views: the first draw that passes every check, or an error that tells what failed."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.annotation import annotate
from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.camera import project_world
from synth_addon.core.errors import SceneError
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.recipe.recipe import Recipe
from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.sampling.balls import Ball, bounding_balls
from synth_addon.core.sampling.cameras import choose_views, interest_of, world_from_camera
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.sampling.views import sample_view
from synth_addon.core.scene_spec import ObjectSpec, SceneSpec, SettledScene, SettledView
from synth_addon.core.shapes.catalog import mesh_of
from synth_addon.core.silhouettes import SilhouetteCaster
from synth_addon.core.transforms import Array, inverse_rigid, transform_points

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


def meshes_of(spec: SceneSpec) -> dict[str, TriangleMesh]:
    return {key: mesh_of(asset) for key, asset in spec.assets.items()}


def settled(made: Recipe, scene: int = 0) -> tuple[SceneSpec, tuple[Ball, ...]]:
    """Return a scene whose objects stay where they were drawn."""
    spec = sample_scene(made, NOTHING, scene)
    poses = [item.pose for item in spec.objects]
    return spec, bounding_balls(spec.objects, poses, meshes_of(spec))


def views_in(made: Recipe, spec: SceneSpec) -> tuple[SettledView, ...]:
    return choose_views(made, spec, [item.pose for item in spec.objects], meshes_of(spec))


def chosen(made: Recipe, scene: int = 0) -> tuple[SettledView, ...]:
    return views_in(made, settled(made, scene)[0])


@fast
@given(st.integers(0, 10**6))
def test_every_chosen_view_passes_every_check(scene: int) -> None:
    made = recipe(
        {
            "width_px": 96,
            "height_px": 72,
            "min_targets": 2,
            "min_visible": 0.3,
            "min_distance_m": 0.3,
            "radius_m": {"uniform": [0.3, 3]},
            "elevation_deg": {"uniform": [-30, 80]},
            "look_at_jitter_m": {"uniform": [0, 0.4]},
        }
    )
    spec, _ = settled(made, scene)
    scene_shown = SettledScene(
        spec=spec, poses=tuple(item.pose for item in spec.objects), views=views_in(made, spec)
    )
    for view in scene_shown.views:
        eye = np.array(view.world_from_camera)[:3, 3]
        assert np.all(np.abs(eye[:2]) < 2) and 0 < eye[2] < 2.6
        for item in spec.objects:
            assert distance_to(item, eye) >= 0.3
        assert visible_targets(scene_shown, view, 0.3) >= 2


def distance_to(item: ObjectSpec, eye: Array) -> float:
    """Return the distance to the recipe's spheres and cubes in closed form."""
    local = np.abs(transform_points(inverse_rigid(item.pose.matrix), [eye])[0])
    if item.group == "target":
        return float(np.linalg.norm(local)) - 0.05
    return float(np.linalg.norm(np.maximum(local - 0.05, 0)))


def visible_targets(scene: SettledScene, view: SettledView, share: float) -> int:
    """Count the targets of which a rendered frame shows at least about this share."""
    reference = ReferenceRenderer(mesh_of)
    reference.build(scene)
    shown = annotate(scene, view, reference.render(view), meshes_of(scene.spec), SilhouetteCaster())
    return sum(
        item.visible_pixels > 0 and item.visible_fraction >= share - 0.03
        for item in shown.objects
        if item.role == "target"
    )


@fast
@given(st.integers(0, 10**6))
def test_cameras_stand_on_their_shell_and_look_inside(scene: int) -> None:
    made = recipe()
    spec, balls = settled(made, scene)
    for view in spec.views:
        pose = world_from_camera(view, interest_of(view, balls))
        offset = pose[:3, 3] - balls[view.anchor - 1].center
        assert np.linalg.norm(offset) == pytest.approx(view.radius)
        assert math.asin(offset[2] / view.radius) == pytest.approx(view.elevation)
        aim = balls[view.anchor - 1].center + view.look_at_offset
        pixels, _ = project_world(view.intrinsics, pose, [aim])
        assert pixels[0] == pytest.approx([view.intrinsics.cx, view.intrinsics.cy], abs=1e-6)


def test_a_suitable_first_draw_is_kept() -> None:
    made = recipe({"min_targets": 0, "min_distance_m": 0, "radius_m": 1})
    spec, balls = settled(made)
    for drawn, view in zip(spec.views, views_in(made, spec), strict=True):
        pose = world_from_camera(drawn, interest_of(drawn, balls))
        assert np.allclose(view.world_from_camera, pose)
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
    spec, _ = settled(made)
    scene = SettledScene(
        spec=spec,
        poses=tuple(item.pose for item in spec.objects),
        views=views_in(made, spec),
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
    below = recipe({"elevation_deg": -60, "radius_m": 40, "min_targets": 0}, **parts)
    assert np.array(chosen(below)[0].world_from_camera)[2, 3] < -10


FAR = {"look_at": "center", "min_targets": 0}


def elevations(camera: dict[str, Any], count: int = 1500) -> Array:
    made = recipe({**FAR, **camera})
    return np.array([sample_view(made, (), scene, 0, 0).elevation for scene in range(count)])


@pytest.mark.parametrize("limits", [(-90, 90), (1, 89), (30, 35), (-60, 0)])
def test_elevation_by_area_is_even_on_the_sphere(limits: tuple[float, float]) -> None:
    """Equal heights of a sphere have equal areas (Archimedes); Kolmogorov's bound at 0.1 %."""
    drawn = elevations({"elevation_deg": {"uniform": limits}, "elevation_by": "area"})
    low, high = np.sin(np.radians(limits))
    shares = np.sort((np.sin(drawn) - low) / (high - low))
    assert shares[0] >= 0 and shares[-1] <= 1
    assert np.abs(shares - np.arange(len(shares)) / len(shares)).max() < 1.95 / len(shares) ** 0.5


def test_elevation_by_angle_is_even_in_the_angle() -> None:
    drawn = elevations({"elevation_deg": {"uniform": [0, 90]}})
    shares = np.sort(drawn / (np.pi / 2))
    assert np.abs(shares - np.arange(len(shares)) / len(shares)).max() < 1.95 / len(shares) ** 0.5


def test_a_constant_elevation_is_kept_by_area() -> None:
    assert np.degrees(elevations({"elevation_deg": 30, "elevation_by": "area"}, 2)) == (
        pytest.approx([30, 30])
    )


@fast
@given(st.integers(0, 10**6), st.floats(0, 1), st.floats(-180, 180))
def test_the_point_looked_at_lies_as_far_off_center_as_stated(
    scene: int, share: float, roll: float
) -> None:
    made = recipe(
        {
            "off_center": share,
            "roll_deg": roll,
            "shift_x": {"uniform": [-0.3, 0.3]},
            "pixel_aspect": 1.3,
            "elevation_deg": {"uniform": [-90, 90]},
        }
    )
    spec, balls = settled(made, scene)
    for view in spec.views:
        interest, lens = interest_of(view, balls), view.intrinsics
        pose = world_from_camera(view, interest)
        pixels, depth = project_world(lens, pose, [interest + view.look_at_offset])
        right = (pixels[0, 0] - lens.cx) / (lens.width / 2)
        down = (pixels[0, 1] - lens.cy) / (lens.height / 2)
        assert depth[0] > 0
        assert math.hypot(right, down) == pytest.approx(share, abs=1e-6)
        assert np.linalg.det(pose[:3, :3]) == pytest.approx(1)
        assert pose[:3, :3] @ pose[:3, :3].T == pytest.approx(np.eye(3))


@fast
@given(st.integers(0, 10**6), st.floats(-50, 50))
def test_off_center_cameras_keep_the_horizon_level(scene: int, elevation: float) -> None:
    made = recipe({"off_center": 1, "elevation_deg": elevation})
    spec, balls = settled(made, scene)
    for view in spec.views:
        pose = world_from_camera(view, interest_of(view, balls))
        assert pose[2, 0] == pytest.approx(0, abs=1e-9)
        assert pose[2, 1] < 0


def test_directions_off_center_go_all_around() -> None:
    made = recipe({**FAR, "off_center": 0.5})
    views = [sample_view(made, (), scene, 0, 0) for scene in range(200)]
    angles = np.sort([math.atan2(down, right) for right, down in (v.off_center for v in views)])
    assert np.diff(angles).max() < 0.3


def test_new_ranges_move_no_camera() -> None:
    """Framing, lens blur and motion have random streams of their own."""
    plain = recipe()
    rich = recipe(
        {
            "off_center": {"uniform": [0, 0.5]},
            "f_stop": {"uniform": [2, 8]},
            "blades": {"choice": [0, 5, 7]},
            "motion_blur": {"shutter": {"uniform": [0.2, 0.8]}, "object_speed": 1},
        }
    )
    for one, other in zip(settled(plain)[0].views, settled(rich)[0].views, strict=True):
        for name in ("anchor", "radius", "elevation", "azimuth", "roll", "look_at_offset"):
            assert getattr(one, name) == getattr(other, name)
        assert one.lens_blur is None and one.motion is None
        assert other.lens_blur is not None and other.motion is not None


def test_lenses_focus_on_what_is_looked_at() -> None:
    camera = {"f_stop": 2.8, "off_center": 0.7, "look_at_jitter_m": 0}
    spec, balls = settled(recipe(camera))
    for drawn, view in zip(spec.views, chosen(recipe(camera)), strict=True):
        assert drawn.lens_blur is not None and drawn.lens_blur.focus is None
        targets = [balls[o.instance_id - 1].center for o in spec.objects if o.role == "target"]
        _, depths = project_world(view.intrinsics, view.world_from_camera, targets)
        assert view.lens_blur is not None
        assert np.abs(depths - view.lens_blur.focus).min() < 1e-9


def test_lenses_focus_where_they_are_told_to() -> None:
    (view, *_) = chosen(recipe({"f_stop": 2.8, "focus_m": 0.37}))
    assert view.lens_blur is not None and view.lens_blur.focus == 0.37


@fast
@given(st.integers(0, 10**6), st.floats(0.1, 1), st.floats(0.1, 10))
def test_motion_is_speed_times_the_time_that_the_shutter_is_open(
    scene: int, shutter: float, speed: float
) -> None:
    blur = {"shutter": shutter, "frames_per_second": 25, "camera_speed": speed, "object_speed": 2}
    spec, _ = settled(recipe({"motion_blur": blur}), scene)
    for view in spec.views:
        assert view.motion is not None
        assert np.linalg.norm(view.motion.camera) == pytest.approx(speed * shutter / 25)
        lengths = np.linalg.norm(view.motion.objects, axis=1)
        assert lengths == pytest.approx(np.full(len(spec.objects), 2 * shutter / 25))


@pytest.mark.parametrize("blur", [{}, {"shutter": 0.5, "camera_speed": 0}])
def test_nothing_moves_without_shutter_or_speed(blur: dict[str, Any]) -> None:
    assert all(view.motion is None for view in settled(recipe({"motion_blur": blur}))[0].views)
