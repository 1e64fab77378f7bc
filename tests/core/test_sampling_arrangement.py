"""Arranging: objects start apart, inside the walls and at their height."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.contacts import Body, Solid, gap, penetration
from synth_addon.core.errors import SceneError
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.recipe.recipe import Recipe
from synth_addon.core.sampling.arrangement import arrange
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.scene_spec import SceneSpec
from synth_addon.core.shapes.catalog import mesh_of
from synth_addon.core.transforms import Array, rotation_from_quaternion

NOTHING = AssetCatalog({}, {}, (), {})
fast = settings(deadline=None, max_examples=25)
Arranged = tuple[SceneSpec, SceneSpec, Mapping[str, TriangleMesh]]


def recipe(count: int = 6, **parts: Any) -> Recipe:
    return validate_recipe(
        {
            "version": 1,
            "objects": {
                "box": {"shape": "box", "count": count, "parameters": {"height_m": 0.2}},
                "cone": {"shape": "cone", "count": 2},
            },
            **parts,
        },
        "test",
    )


def arranged(made: Recipe, scene: int) -> Arranged:
    spec = sample_scene(made, NOTHING, scene)
    meshes = {item.asset_key: mesh_of(item.asset) for item in spec.objects}
    return spec, arrange(made, spec, meshes), meshes


def points_of(spec: SceneSpec, meshes: Mapping[str, TriangleMesh]) -> list[Array]:
    return [
        item.scale
        * meshes[item.asset_key].vertices
        @ rotation_from_quaternion(item.pose.quaternion).T
        + item.pose.translation
        for item in spec.objects
    ]


def bodies_of(spec: SceneSpec, meshes: Mapping[str, TriangleMesh]) -> list[Body]:
    return [Body(Solid(meshes[o.asset_key], o.scale), o.pose) for o in spec.objects]


@fast
@given(st.integers(0, 10**6), st.integers(1, 15), st.sampled_from(["drop", "float"]))
def test_no_two_objects_touch_at_the_start(scene: int, count: int, mode: str) -> None:
    roomy = {"uniform": [-0.5, 0.5]}
    spawn = {"mode": mode, "x_m": roomy, "y_m": roomy, "height_m": {"uniform": [0, 1]}}
    _, spec, meshes = arranged(recipe(count, spawn=spawn), scene)
    for one, other in combinations(bodies_of(spec, meshes), 2):
        if one.is_near(other, 0.002):
            assert penetration(one, other) == 0
            assert gap(one, other, 0.002) > 0.0019


def apart_in_plan(one: Array, other: Array) -> bool:
    """Return whether a line on the floor separates two clouds of points."""
    angles = np.linspace(0, np.pi, 720, endpoint=False)
    across = np.stack([np.cos(angles), np.sin(angles)])
    a, b = one[:, :2] @ across, other[:, :2] @ across
    return bool(np.any((a.min(axis=0) > b.max(axis=0)) | (b.min(axis=0) > a.max(axis=0))))


@fast
@given(st.integers(0, 10**6), st.integers(1, 12))
def test_scattered_objects_lie_on_the_floor_beside_each_other(scene: int, count: int) -> None:
    spawn = {"mode": "scatter", "x_m": {"uniform": [-1, 1]}, "y_m": {"uniform": [-1, 1]}}
    before, spec, meshes = arranged(recipe(count, spawn=spawn), scene)
    assert not spec.physics.enabled
    points = points_of(spec, meshes)
    for old, new, part in zip(before.objects, spec.objects, points, strict=True):
        assert part[:, 2].min() == pytest.approx(0, abs=1e-9)
        assert new.pose.quaternion == old.pose.quaternion
    for one, other in combinations(points, 2):
        assert apart_in_plan(one, other)


@fast
@given(st.integers(0, 10**6))
def test_floating_objects_stay_at_their_height(scene: int) -> None:
    spawn = {"mode": "float", "height_m": {"uniform": [0.5, 0.8]}}
    _, spec, meshes = arranged(recipe(2, spawn=spawn, room={"enabled": False}), scene)
    assert not spec.physics.enabled
    for part in points_of(spec, meshes):
        assert 0.5 - 1e-9 <= part[:, 2].min() <= 0.8 + 1e-9


@pytest.mark.parametrize("mode", ["scatter", "float"])
def test_where_there_is_no_room_the_remedy_is_told(mode: str) -> None:
    point = {"mode": mode, "x_m": 0, "y_m": 0, "height_m": 0.1}
    with pytest.raises(SceneError, match=r"finds no free place in 300 draws\. Widen spawn\.x_m"):
        arranged(recipe(2, spawn=point), 0)


@fast
@given(st.integers(0, 10**6))
def test_everything_starts_between_the_walls(scene: int) -> None:
    room = {"width_m": 0.8, "depth_m": 0.6, "height_m": 50}
    spawn = {"x_m": {"uniform": [-2, 2]}, "y_m": {"uniform": [-2, 2]}}
    _, spec, meshes = arranged(recipe(room=room, spawn=spawn), scene)
    for points in points_of(spec, meshes):
        assert np.abs(points[:, 0]).max() <= 0.4 + 1e-9
        assert np.abs(points[:, 1]).max() <= 0.3 + 1e-9


@fast
@given(st.integers(0, 10**6), st.floats(-0.5, 2))
def test_a_single_object_starts_with_its_lowest_point_at_the_height(
    scene: int, height: float
) -> None:
    objects = {"cup": {"shape": "cup", "scale": {"uniform": [0.5, 2]}}}
    made = recipe(objects=objects, spawn={"height_m": height})
    before, spec, meshes = arranged(made, scene)
    (points,) = points_of(spec, meshes)
    assert points[:, 2].min() == pytest.approx(height, abs=1e-9)
    middle = (points.min(axis=0) + points.max(axis=0))[:2] / 2
    assert middle == pytest.approx(before.objects[0].pose.translation[:2], abs=1e-9)


def test_objects_that_share_a_place_are_piled_up() -> None:
    point = {"x_m": 0, "y_m": 0, "height_m": 0.1}
    _, spec, meshes = arranged(recipe(spawn=point), 0)
    points = points_of(spec, meshes)
    lowest = [part[:, 2].min() for part in points]
    assert lowest[0] == pytest.approx(0.1)
    assert lowest == sorted(lowest)
    for part in points:
        assert (part.min(axis=0) + part.max(axis=0))[:2] == pytest.approx([0, 0], abs=1e-9)


def test_arranging_changes_poses_alone_and_repeats() -> None:
    made = recipe()
    before, after, _ = arranged(made, 3)
    assert arranged(made, 3)[1] == after
    for old, new in zip(before.objects, after.objects, strict=True):
        assert new.pose.quaternion == old.pose.quaternion
        assert new.model_copy(update={"pose": old.pose}) == old


def test_what_is_too_large_for_the_room_starts_in_its_middle() -> None:
    objects = {"box": {"shape": "box", "rotation": "upright", "parameters": {"width_m": 3}}}
    _, spec, _ = arranged(recipe(objects=objects, room={"width_m": 0.5, "depth_m": 0.5}), 0)
    assert spec.objects[0].pose.translation[:2] == (0, 0)
