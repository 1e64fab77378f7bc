"""Checks of cameras against geometry: standing in things, too near, and targets out of sight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.annotation import annotate
from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.mesh_tree import MeshTrees
from synth_addon.core.recipe.camera import CameraRecipe
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.sampling.view_checks import LEAST_PIXELS, ViewChecks
from synth_addon.core.scene_spec import (
    FixtureSpec,
    MaterialSpec,
    ObjectSpec,
    Pose,
    SceneSpec,
    ShapeAsset,
    SurfaceSpec,
    ViewSpec,
)
from synth_addon.core.settling import settle_scene
from synth_addon.core.shapes.catalog import mesh_of
from synth_addon.core.silhouettes import SilhouetteCaster
from synth_addon.core.timing import PartTimes
from synth_addon.core.transforms import look_at

NOTHING = AssetCatalog({}, {}, (), {})
SIMPLE = {"version": 1, "objects": {"cube": {"shape": "cube"}}}
FRONT = (0.0, -1.0, 0.0)
INSIDE = "inside an object or furniture"


def box(size: Sequence[float]) -> ShapeAsset:
    names = ("width_m", "depth_m", "height_m")
    return ShapeAsset(shape="box", parameters=dict(zip(names, size, strict=True)))


def thing(
    place: Sequence[float], size: Sequence[float], number: int = 1, role: str = "target"
) -> ObjectSpec:
    drawn = sample_scene(validate_recipe(SIMPLE, "test"), NOTHING, 0).objects[0]
    changes = {
        "instance_id": number,
        "role": role,
        "asset": box(size),
        "pose": Pose(translation=tuple(place)),
    }
    return drawn.model_copy(update=changes)


def furniture(place: Sequence[float], size: Sequence[float]) -> FixtureSpec:
    return FixtureSpec(
        name="block", category=None, asset=box(size), pose=Pose(translation=tuple(place))
    )


def scene_of(objects: Sequence[ObjectSpec], **parts: Any) -> SceneSpec:
    drawn = sample_scene(validate_recipe(SIMPLE, "test"), NOTHING, 0)
    changes = {"objects": tuple(objects), "surfaces": (), "room_size": None, **parts}
    return drawn.model_copy(update=changes)


def failure(
    spec: SceneSpec,
    eye: Sequence[float] = FRONT,
    target: Sequence[float] = (0, 0, 0),
    lens: dict[str, Any] | None = None,
    **camera: Any,
) -> str | None:
    """Return the check that a camera of 96 x 72 pixels fails."""
    recipe = CameraRecipe.model_validate({"width_px": 96, "height_px": 72, **camera})
    poses = [item.pose for item in spec.objects]
    meshes = {key: mesh_of(asset) for key, asset in spec.assets.items()}
    drawn = sample_scene(validate_recipe(SIMPLE, "test"), NOTHING, 0).views[0]
    intrinsics = drawn.intrinsics.model_copy(
        update={"width": 96, "height": 72, "fx": 100.0, "fy": 100.0, "cx": 48.0, "cy": 36.0}
    )
    view: ViewSpec = drawn.model_copy(update={"intrinsics": intrinsics, **(lens or {})})
    checks = ViewChecks(recipe, spec, poses, meshes, MeshTrees())
    return checks.failure(view, look_at(eye, target), np.asarray(target, float))


TARGET = thing((0, 0, 0), (0.2, 0.2, 0.2))


def test_a_target_in_plain_view_is_accepted() -> None:
    assert failure(scene_of([TARGET])) is None


@pytest.mark.parametrize("min_visible", [0, 0.1, 1])
def test_a_target_behind_a_wall_is_refused(min_visible: float) -> None:
    wall = SurfaceSpec(name="wall", center=(0, -0.5, 0), size=(2, 0.1, 2), material=MaterialSpec())
    spec = scene_of([TARGET], surfaces=(wall,), room_size=(4, 4, 4))
    above = (0.0, -1.0, 0.01)
    assert failure(spec, above, min_visible=min_visible) == "camera.min_visible"
    assert failure(spec, (0.0, 1.0, 0.01), min_visible=min_visible) is None


def test_furniture_and_distractors_hide_targets_too() -> None:
    screen = (0.0, -0.5, 0.0), (0.4, 0.02, 0.4)
    assert failure(scene_of([TARGET], fixtures=(furniture(*screen),))) == "camera.min_visible"
    hidden = scene_of([TARGET, thing(*screen, number=2, role="distractor")])
    assert failure(hidden) == "camera.min_visible"


def test_something_straight_before_the_lens_is_seen() -> None:
    fly = thing((0, -0.93, 0), (0.2, 0.002, 0.2), 2, "distractor")
    assert failure(scene_of([TARGET, fly])) == "camera.min_visible"


def test_what_lies_before_the_clip_plane_hides_nothing() -> None:
    fly = thing((0, -0.93, 0), (0.2, 0.002, 0.2), 2, "distractor")
    assert failure(scene_of([TARGET, fly]), lens={"clip_start": 0.1}) is None


@pytest.mark.parametrize(("min_visible", "accepted"), [(0.2, True), (0.4, True), (0.6, False)])
def test_the_visible_share_is_measured(min_visible: float, accepted: bool) -> None:
    """The screen covers the right half of the target."""
    screen = thing((0.25, -0.5, 0), (0.5, 0.01, 1), 2, "distractor")
    found = failure(scene_of([TARGET, screen]), min_visible=min_visible)
    assert found == (None if accepted else "camera.min_visible")


@pytest.mark.parametrize(("min_visible", "accepted"), [(0.4, True), (0.6, False)])
def test_what_reaches_out_of_the_image_is_not_visible(min_visible: float, accepted: bool) -> None:
    """The target's middle lies on the image's right edge."""
    found = failure(scene_of([TARGET]), target=(-0.48, 0, 0), min_visible=min_visible)
    assert found == (None if accepted else "camera.min_visible")


def test_targets_beside_and_behind_the_camera_are_not_in_the_frame() -> None:
    for target in ((5, -1, 0), (0, -2, 0)):
        assert failure(scene_of([TARGET]), target=target) == "camera.min_targets"


def test_specks_do_not_count() -> None:
    speck = thing((0, 0, 0), (0.01, 0.01, 0.01))
    assert failure(scene_of([speck]), min_visible=0) == "camera.min_visible"


def test_as_many_targets_must_be_visible_as_stated() -> None:
    hidden = thing((0, 0.3, 0), (0.1, 0.1, 0.1), 2)
    assert failure(scene_of([TARGET, hidden])) is None
    assert failure(scene_of([TARGET, hidden]), min_targets=2) == "camera.min_visible"
    assert failure(scene_of([TARGET, hidden]), min_targets=3) == "camera.min_targets"


def test_a_camera_in_an_object_or_furniture_is_refused() -> None:
    around = FRONT, (0.5, 0.5, 0.5)
    alone: dict[str, Any] = {"min_targets": 0, "min_distance_m": 0}
    inner = scene_of([TARGET, thing(*around, number=2, role="distractor")])
    assert failure(inner, **alone) == INSIDE
    assert failure(scene_of([TARGET], fixtures=(furniture(*around),)), **alone) == INSIDE
    assert failure(scene_of([TARGET]), **alone) is None


def test_furniture_around_camera_and_target_is_a_room() -> None:
    spec = scene_of([TARGET], fixtures=(furniture((0, 0, 0), (4, 4, 4)),))
    assert failure(spec) is None


@settings(deadline=None, max_examples=50)
@given(st.floats(0.01, 0.6), st.floats(0, 2 * np.pi), st.floats(-1, 1))
def test_clearance_is_measured_from_the_surface(limit: float, turn: float, height: float) -> None:
    """Not from a sphere around the target, which is a long thin plank here."""
    plank = thing((0, 0, 0), (2.0, 0.02, 0.02))
    eye = np.array([0.9 * height, 0.3 * np.cos(turn), 0.3 * np.sin(turn)])
    across = np.maximum(np.abs(eye) - (1.0, 0.01, 0.01), 0)
    too_near = np.linalg.norm(across) < limit
    found = failure(scene_of([plank]), eye, (0, 0.01, 0), min_distance_m=limit, min_targets=0)
    assert found == ("camera.min_distance_m" if too_near else None)


def test_clearance_holds_for_furniture() -> None:
    spec = scene_of([TARGET], fixtures=(furniture((0, -1, -0.5), (1, 1, 0.9)),))
    assert failure(spec, min_distance_m=0.049) is None
    assert failure(spec, min_distance_m=0.051) == "camera.min_distance_m"


CLUTTER = {
    "version": 1,
    "views_per_scene": 1,
    "objects": {
        "cup": {"shape": "cup", "rotation": "uniform"},
        "box": {"shape": "box", "role": "distractor", "count": {"uniform": [3, 8]}},
        "bottle": {"shape": "bottle", "role": "distractor", "count": {"uniform": [0, 4]}},
    },
    "spawn": {
        "x_m": {"uniform": [-0.15, 0.15]},
        "y_m": {"uniform": [-0.15, 0.15]},
        "height_m": 0,
    },
    "camera": {
        "width_px": 160,
        "height_px": 128,
        "radius_m": {"uniform": [0.2, 1.0]},
        "elevation_deg": {"uniform": [1, 89]},
        "off_center": {"uniform": [0, 0.6]},
    },
}


@pytest.mark.slow
def test_no_frame_lacks_a_visible_target() -> None:
    """200 crowded scenes, rendered by the reference renderer."""
    recipe = validate_recipe(CLUTTER, "test")
    fractions, pixels = [], []
    reference = ReferenceRenderer(mesh_of)
    for number in range(200):
        scene, meshes = settle_scene(recipe, NOTHING, reference, number, PartTimes())
        reference.build(scene)
        shown = annotate(
            scene, scene.views[0], reference.render(scene.views[0]), meshes, SilhouetteCaster()
        )
        (cup,) = (item for item in shown.objects if item.role == "target")
        fractions.append(cup.visible_fraction)
        pixels.append(cup.visible_pixels)
    print(f"\nleast visible: {min(fractions):.3f} of a target, {min(pixels)} pixels")
    assert min(pixels) >= LEAST_PIXELS
    assert min(fractions) >= recipe.camera.min_visible - 0.03
