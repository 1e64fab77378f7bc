"""Sampling: every draw within its declared range, repeatable, and undisturbed by the others."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.asset_catalog import AssetCatalog, catalog_assets
from synth_addon.core.recipe.loading import load_recipe, preset_names, recipe_hash, validate_recipe
from synth_addon.core.recipe.recipe import Recipe
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.scene_spec import MaterialSpec, SceneSpec, ShapeAsset, canonical_json
from synth_addon.core.transforms import rotation_from_quaternion

NOTHING = AssetCatalog({}, {}, (), {})
SEEDS = st.integers(0, 2**63 - 1)
SCENES = st.integers(0, 10**9)
fast = settings(deadline=None, max_examples=30)

WIDE: dict[str, Any] = {
    "version": 1,
    "views_per_scene": 3,
    "categories": ["mug", "ball"],
    "objects": {
        "cup": {
            "category": "mug",
            "shape": "cup",
            "parameters": {"height_m": {"uniform": [0.08, 0.12]}},
            "count": {"uniform": [1, 3]},
            "scale": {"log_uniform": [0.5, 2]},
            "rotation": {"tilt": 20},
            "material": {"metallic": {"choice": [0, 1]}, "ior": {"uniform": [1.3, 1.6]}},
            "mass_kg": {"uniform": [0.1, 0.3]},
            "friction": {"uniform": [0.2, 0.9]},
            "restitution": {"uniform": [0, 0.5]},
        },
        "ball": {"shape": "sphere", "count": {"uniform": [0, 2]}},
        "box": {"shape": "box", "role": "distractor", "count": {"choice": [1, 4]}, "material": {}},
    },
    "room": {
        "width_m": {"uniform": [2, 5]},
        "depth_m": {"uniform": [3, 6]},
        "height_m": {"uniform": [2, 3]},
    },
    "lights": {"count": {"uniform": [0, 4]}, "elevation_deg": {"uniform": [10, 80]}},
    "environment": {"strength": {"uniform": [0.5, 2]}},
    "camera": {
        "fov_deg": {"uniform": [30, 80]},
        "shift_x": {"uniform": [-0.1, 0.1]},
        "shift_y": {"uniform": [-0.1, 0.1]},
        "roll_deg": {"uniform": [-20, 20]},
    },
}


def recipe(**parts: Any) -> Recipe:
    return validate_recipe({**WIDE, **parts}, "test")


def sampled(scene: int = 0, attempt: int = 0, **parts: Any) -> SceneSpec:
    return sample_scene(recipe(**parts), NOTHING, scene, attempt)


def without_hash(spec: SceneSpec) -> SceneSpec:
    return spec.model_copy(update={"recipe_hash": ""})


def within(value: float, low: float, high: float) -> bool:
    return low - 1e-12 <= value <= high + 1e-12


@pytest.mark.parametrize("name", preset_names())
@pytest.mark.parametrize("scene", [0, 731, 10**9])
def test_presets_can_be_sampled_anywhere(name: str, scene: int) -> None:
    loaded = load_recipe(name)
    spec = sample_scene(loaded.recipe, catalog_assets(loaded), scene)
    assert spec.scene == scene
    assert len(spec.views) == loaded.recipe.views_per_scene


@fast
@given(SEEDS, SCENES, st.integers(0, 3))
def test_equal_questions_get_equal_answers(seed: int, scene: int, attempt: int) -> None:
    one, other = (sampled(scene, attempt, seed=seed) for _ in range(2))
    assert one == other
    assert canonical_json(one) == canonical_json(other)


@fast
@given(SEEDS, SCENES)
def test_specs_survive_json(seed: int, scene: int) -> None:
    spec = sampled(scene, seed=seed)
    again = SceneSpec.model_validate_json(spec.model_dump_json())
    assert again == spec
    assert canonical_json(again) == canonical_json(spec)


def test_other_scenes_and_seeds_differ() -> None:
    specs = [sampled(0), sampled(1), sampled(0, seed=1), sampled(0, attempt=1)]
    assert len({canonical_json(without_hash(spec)) for spec in specs}) == 4


# Within the declared ranges


@fast
@given(SEEDS, SCENES)
def test_objects_stay_within_their_ranges(seed: int, scene: int) -> None:
    spec = sampled(scene, seed=seed)
    counts = {name: sum(item.group == name for item in spec.objects) for name in WIDE["objects"]}
    assert 1 <= counts["cup"] <= 3
    assert 0 <= counts["ball"] <= 2
    assert counts["box"] in {1, 4}
    for item in spec.objects:
        assert within(item.pose.translation[0], -0.3, 0.3)
        assert within(item.pose.translation[1], -0.3, 0.3)
        assert within(item.pose.translation[2], 0.1, 0.4)
    for cup in (item for item in spec.objects if item.group == "cup"):
        assert isinstance(cup.asset, ShapeAsset)
        assert within(cup.asset.parameters["height_m"], 0.08, 0.12)
        assert within(cup.scale, 0.5, 2)
        assert within(cup.body.mass_kg, 0.1, 0.3)
        assert within(cup.body.friction, 0.2, 0.9)
        assert within(cup.body.restitution, 0, 0.5)
        up = rotation_from_quaternion(cup.pose.quaternion)[2, 2]
        assert up >= math.cos(math.radians(20)) - 1e-12


@fast
@given(SEEDS, SCENES)
def test_materials_stay_within_their_ranges(seed: int, scene: int) -> None:
    spec = sampled(scene, seed=seed)
    for item in spec.objects:
        if item.group == "ball":
            assert item.material == MaterialSpec()
            continue
        assert item.material is not None
        assert all(within(part, 0, 1) for part in item.material.base_color)
        assert item.material.metallic in {0, 1}
        assert within(item.material.roughness, 0.2, 0.8)
        assert within(item.material.ior, 1.3, 1.6)


@fast
@given(SEEDS, SCENES)
def test_rooms_are_closed_boxes_on_the_floor(seed: int, scene: int) -> None:
    spec = sampled(scene, seed=seed)
    low = {s.name: np.array(s.center) - np.array(s.size) / 2 for s in spec.surfaces}
    high = {s.name: np.array(s.center) + np.array(s.size) / 2 for s in spec.surfaces}
    assert len(low) == 6
    assert high["floor"][2] == pytest.approx(0)
    assert within(low["ceiling"][2], 2 - 1e-9, 3 + 1e-9)
    assert within(low["wall_x_max"][0] - high["wall_x_min"][0], 2 - 1e-9, 5 + 1e-9)
    assert within(low["wall_y_max"][1] - high["wall_y_min"][1], 3 - 1e-9, 6 + 1e-9)
    assert low["wall_x_max"][0] == pytest.approx(-high["wall_x_min"][0])
    for wall in ("wall_x_min", "wall_x_max", "wall_y_min", "wall_y_max"):
        assert low[wall][2] == pytest.approx(0)
        assert high[wall][2] == pytest.approx(low["ceiling"][2])
    for lid in ("floor", "ceiling"):
        assert np.all(low[lid][:2] <= [high["wall_x_min"][0], high["wall_y_min"][1]])
        assert np.all(high[lid][:2] >= [low["wall_x_max"][0], low["wall_y_max"][1]])


def test_a_floor_can_be_all_there_is() -> None:
    assert [s.name for s in sampled(room={"floor_only": True}).surfaces] == ["floor"]
    assert sampled(room={"enabled": False}, physics={"enabled": False}).surfaces == ()


@fast
@given(SEEDS, SCENES)
def test_views_stay_within_their_ranges(seed: int, scene: int) -> None:
    for view in sampled(scene, seed=seed).views:
        k = view.intrinsics
        fov = math.degrees(2 * math.atan(k.width / 2 / k.fx))
        assert within(fov, 30 - 1e-9, 80 + 1e-9)
        assert k.fx == k.fy
        assert within(k.cx, 256, 384)
        assert within(k.cy, 176, 304)
        assert within(view.radius, 0.6, 1.2)
        assert within(math.degrees(view.elevation), 15 - 1e-9, 70 + 1e-9)
        assert within(math.degrees(view.azimuth), 0, 360 + 1e-9)
        assert within(math.degrees(view.roll), -20 - 1e-9, 20 + 1e-9)
        assert within(math.hypot(*view.look_at_offset), 0, 0.05)
        assert 0 <= view.render_seed < 2**31


def test_views_look_at_targets_only() -> None:
    for scene in range(40):
        spec = sampled(scene)
        targets = {item.instance_id for item in spec.objects if item.role == "target"}
        assert {view.anchor for view in spec.views} <= targets


def test_views_look_at_anything_where_that_is_asked() -> None:
    anchored = {
        item.role
        for scene in range(20)
        for spec in [sampled(scene, camera={"look_at": "object"})]
        for view in spec.views
        for item in [spec.objects[view.anchor - 1]]
    }
    assert anchored == {"target", "distractor"}


def test_views_look_at_a_fixed_point() -> None:
    camera = {"look_at": "center", "center_m": [1, 2, 3]}
    assert {(v.anchor, v.center) for v in sampled(camera=camera).views} == {(0, (1, 2, 3))}


def test_a_scene_without_targets_is_looked_at_from_its_middle() -> None:
    objects = {"a": {"shape": "cube", "count": {"uniform": [0, 1]}}}
    empty = next(
        spec
        for scene in range(50)
        for spec in [sampled(scene, objects=objects, categories=[])]
        if not spec.objects
    )
    assert {(view.anchor, view.center) for view in empty.views} == {(0, (0, 0, 0))}


def test_every_view_and_scene_has_noise_of_its_own() -> None:
    seeds = [view.render_seed for scene in range(50) for view in sampled(scene).views]
    assert len(set(seeds)) == len(seeds)


# Numbering


@fast
@given(SEEDS, SCENES)
def test_instances_count_from_one(seed: int, scene: int) -> None:
    objects = sampled(scene, seed=seed).objects
    assert [item.instance_id for item in objects] == list(range(1, len(objects) + 1))


@fast
@given(SEEDS, SCENES)
def test_classes_have_the_ids_of_their_order(seed: int, scene: int) -> None:
    for item in sampled(scene, seed=seed).objects:
        expected = {"cup": (1, "mug"), "ball": (2, "ball"), "box": (None, None)}[item.group]
        assert (item.category_id, item.category) == expected


def test_the_order_of_keys_changes_nothing() -> None:
    turned = dict(reversed(WIDE["objects"].items()))
    assert sampled(3, objects=turned) == sampled(3)


def test_without_categories_the_order_of_groups_gives_the_ids() -> None:
    turned = dict(reversed(WIDE["objects"].items()))
    ids = [
        {i.category: i.category_id for i in sampled(3, objects=o, categories=[]).objects}
        for o in (WIDE["objects"], turned)
    ]
    assert (ids[0]["mug"], ids[1]["mug"]) == (1, 2)


def test_groups_can_share_a_class() -> None:
    objects = {
        "red": {"shape": "cube", "category": "block"},
        "blue": {"shape": "sphere", "category": "block"},
    }
    found = {item.category_id for item in sampled(objects=objects, categories=[]).objects}
    assert found == {1}


# Independence


@pytest.mark.parametrize("scene", [0, 5, 731])
def test_another_lamp_moves_nothing(scene: int) -> None:
    few, many = (sampled(scene, lights={"count": count}) for count in (2, 3))
    assert many.lights[:2] == few.lights
    assert without_hash(many).model_copy(update={"lights": ()}) == without_hash(few).model_copy(
        update={"lights": ()}
    )


def test_another_group_changes_only_numbers() -> None:
    extra = {"able": {"shape": "can", "role": "distractor"}}
    few, many = sampled(7), sampled(7, objects={**WIDE["objects"], **extra})
    kept = [item for item in many.objects if item.group != "able"]
    assert [item.model_copy(update={"instance_id": 0}) for item in kept] == [
        item.model_copy(update={"instance_id": 0}) for item in few.objects
    ]
    assert (many.lights, many.surfaces, many.environment) == (
        few.lights,
        few.surfaces,
        few.environment,
    )


def test_another_view_changes_no_earlier_one() -> None:
    assert sampled(2, views_per_scene=5).views[:3] == sampled(2).views


def test_looks_do_not_move_objects() -> None:
    plain = {**WIDE["objects"], "box": {**WIDE["objects"]["box"], "material": {"metallic": 1}}}
    one, other = sampled(4), sampled(4, objects=plain)
    assert [item.pose for item in one.objects] == [item.pose for item in other.objects]
    assert one.views == other.views


def test_one_more_of_a_kind_leaves_the_others_as_they_were() -> None:
    def boxes(count: int) -> list[Any]:
        objects = {**WIDE["objects"], "box": {**WIDE["objects"]["box"], "count": count}}
        return [
            item.model_copy(update={"instance_id": 0})
            for item in sampled(4, objects=objects).objects
            if item.group == "box"
        ]

    assert boxes(3)[:2] == boxes(2)


def test_a_new_attempt_keeps_the_room_and_its_light() -> None:
    first, second = sampled(9), sampled(9, attempt=1)
    assert (first.surfaces, first.lights, first.environment) == (
        second.surfaces,
        second.lights,
        second.environment,
    )
    assert [item.pose for item in first.objects] != [item.pose for item in second.objects]
    assert [view.render_seed for view in first.views] == [view.render_seed for view in second.views]


def test_settings_are_passed_on() -> None:
    spec = sampled(
        render={"samples": 3, "denoise": "off"},
        physics={"gravity": 1.6},
        outputs={"coverage": True},
    )
    assert (spec.render.samples, spec.render.denoise) == (3, "off")
    assert spec.render.coverage
    assert spec.physics.gravity == 1.6
    assert spec.recipe_hash == recipe_hash(
        recipe(
            render={"samples": 3, "denoise": "off"},
            physics={"gravity": 1.6},
            outputs={"coverage": True},
        )
    )
