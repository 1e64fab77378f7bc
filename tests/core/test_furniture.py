"""Furniture stands in the room without overlap, and objects start over its level areas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.errors import RecipeError, SceneError
from synth_addon.core.geometry_buffer import GeometryTracer
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.recipe.recipe import Recipe
from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.sampling.arrangement import arrange
from synth_addon.core.sampling.cameras import choose_views
from synth_addon.core.sampling.furniture import furnish
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.sampling.spawn_region import spawn_regions
from synth_addon.core.scene_spec import SceneSpec, SettledScene, ShapeAsset
from synth_addon.core.shapes.catalog import mesh_of
from synth_addon.core.support_areas import support_areas
from synth_addon.core.transforms import transform_points

NOTHING = AssetCatalog({}, {}, (), {})
DESK = {"width_m": 1.2, "depth_m": 0.6, "height_m": 0.7}
BLOCK = {"width_m": 0.8, "depth_m": 0.4, "height_m": 1.8}


def recipe_with(furniture: dict[str, Any], **sections: Any) -> Recipe:
    data: dict[str, Any] = {
        "version": 1,
        "objects": {
            "cube": {"shape": "cube", "count": 3, "parameters": {"size_m": 0.06}},
        },
        "room": {"width_m": 4, "depth_m": 3, "furniture": furniture},
    }
    return validate_recipe({**data, **sections}, "test")


def furnished(recipe: Recipe, scene: int) -> tuple[SceneSpec, dict[str, TriangleMesh]]:
    spec = sample_scene(recipe, NOTHING, scene)
    meshes = {key: mesh_of(asset) for key, asset in spec.assets.items()}  # type: ignore[arg-type]
    return furnish(recipe, spec, meshes), meshes


def plans(spec: SceneSpec, meshes: dict[str, TriangleMesh]) -> list[tuple[Any, Any]]:
    found = []
    for fixture in spec.fixtures:
        points = fixture.scale * meshes[fixture.asset_key].vertices
        world = transform_points(fixture.pose.matrix, points)
        assert world[:, 2].min() == pytest.approx(0, abs=1e-9)
        found.append((world[:, :2].min(axis=0), world[:, :2].max(axis=0)))
    return found


MANY = {
    "desk": {"shape": "box", "parameters": DESK, "count": 2, "place": "middle"},
    "shelf": {"shape": "box", "parameters": BLOCK, "count": 4},
}


@settings(deadline=None, max_examples=30)
@given(scene=st.integers(0, 10**6))
def test_pieces_stand_apart_and_within_the_walls(scene: int) -> None:
    spec, meshes = furnished(recipe_with(MANY), scene)
    boxes = plans(spec, meshes)
    assert len(boxes) >= 3
    for i, (low, high) in enumerate(boxes):
        assert np.all(low >= (-2, -1.5)) and np.all(high <= (2, 1.5))
        for other_low, other_high in boxes[:i]:
            assert np.any(low > other_high) or np.any(high < other_low)


@settings(deadline=None, max_examples=20)
@given(scene=st.integers(0, 10**6))
def test_what_stands_by_the_wall_has_its_back_to_it(scene: int) -> None:
    spec, _ = furnished(recipe_with({"shelf": MANY["shelf"]}), scene)
    for fixture in spec.fixtures:
        back = fixture.pose.matrix[:2, 1]  # the world direction of +y
        reach = np.asarray(fixture.pose.translation[:2]) + back * 0.2
        gap = (np.array((2, 1.5)) - np.abs(reach))[int(abs(back[1]) > 0.5)]
        assert gap == pytest.approx(0.015, abs=1e-6)


def test_furniture_leaves_the_start_on_the_floor_free() -> None:
    recipe = recipe_with(MANY)
    for scene in range(20):
        for low, high in plans(*furnished(recipe, scene)):
            assert np.any(low > 0.3) or np.any(high < -0.3)


def test_what_finds_no_place_is_left_out() -> None:
    crowd = {"shelf": {"shape": "box", "parameters": BLOCK, "count": 100}}
    spec, _ = furnished(recipe_with(crowd), 0)
    assert 3 <= len(spec.fixtures) < 40


def test_a_box_carries_on_its_top_only() -> None:
    mesh = mesh_of(sample_scene(recipe_with(MANY), NOTHING, 0).fixtures[0].asset)  # type: ignore[arg-type]
    (area,) = support_areas(mesh)
    assert area.half == pytest.approx((0.6, 0.3))
    assert area.center == pytest.approx((0, 0, 0.35), abs=1e-6)
    assert area.clearance == np.inf


def test_boards_know_the_free_height_above_them() -> None:
    board = np.array([[x, y, z] for z in (0, 0.02) for y in (0, 0.3) for x in (0, 1)], float)
    faces = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]]
    halves = np.array([f[i : i + 1] + f[j : j + 2] for f in faces for i, j in ((0, 1), (0, 2))])
    levels = (0.0, 0.4, 0.45, 1.0)  # the second has another right above it
    mesh = TriangleMesh(
        np.concatenate([board + np.array((0, 0, level)) for level in levels]),
        np.concatenate([halves + 8 * i for i in range(len(levels))]).astype(np.int32),
    )
    areas = support_areas(mesh)
    assert [area.center[2] for area in areas] == pytest.approx([0.02, 0.47, 1.02], abs=1e-4)
    assert [area.clearance for area in areas] == pytest.approx([0.38, 0.53, np.inf], abs=1e-3)


ON_DESK = {"on": ["desk"], "x_m": {"uniform": [-2, 2]}, "y_m": {"uniform": [-2, 2]}}


@settings(deadline=None, max_examples=20)
@given(scene=st.integers(0, 10**6))
def test_objects_start_over_the_chosen_furniture(scene: int) -> None:
    recipe = recipe_with(MANY, spawn={**ON_DESK, "height_m": {"uniform": [0.1, 0.3]}})
    spec, meshes = furnished(recipe, scene)
    desks = [fixture for fixture in spec.fixtures if fixture.category == "desk"]
    for item in arrange(recipe, spec, meshes).objects:
        points = transform_points(item.pose.matrix, meshes[item.asset_key].vertices)
        assert points[:, 2].min() >= 0.7 + 0.1 - 1e-9
        over = []
        for desk in desks:
            local = (points - desk.pose.translation) @ desk.pose.matrix[:3, :3]
            over.append(np.all(np.abs(local[:, :2]) <= (0.6 + 1e-6, 0.3 + 1e-6)))
        assert any(over)


def test_one_area_is_drawn_for_all_or_for_each() -> None:
    for spread, expected in ((False, 1), (True, 2)):
        recipe = recipe_with(MANY, spawn={**ON_DESK, "spread": spread})
        most = 0
        for scene in range(20):
            spec, meshes = furnished(recipe, scene)
            regions = spawn_regions(recipe, spec, meshes)
            most = max(most, len({tuple(region.origin) for region in regions}))
        assert most == expected


def test_nothing_to_stand_on_says_so() -> None:
    needle = {"width_m": 0.02, "depth_m": 0.02, "height_m": 0.5}
    pole = {"pole": {"shape": "box", "parameters": needle}}
    recipe = recipe_with(pole, spawn={"on": ["pole"]})
    with pytest.raises(SceneError, match="no pole with a level area"):
        spawn_regions(recipe, *furnished(recipe, 0))


@pytest.mark.parametrize("room", [{"furniture": MANY}, {}])
def test_unknown_categories_are_refused_with_the_known_ones(room: dict[str, Any]) -> None:
    data = {
        "version": 1,
        "objects": {"cube": {"shape": "cube"}},
        "room": room,
        "spawn": {"on": ["piano"]},
    }
    remedy = "desk, shelf" if room else "room.furniture"
    with pytest.raises(RecipeError, match=f"spawn.on.*piano(.|\n)*{remedy}"):
        validate_recipe(data, "test")


def test_fixtures_hide_objects_and_are_background() -> None:
    recipe = recipe_with(
        {"screen": {"shape": "box", "parameters": BLOCK, "count": 3, "place": "middle"}},
        camera={"width_px": 96, "height_px": 72, "radius_m": 1.6, "min_targets": 0},
        spawn={"height_m": 0},
    )
    hidden = 0
    for scene in range(10):
        spec, meshes = furnished(recipe, scene)
        spec = arrange(recipe, spec, meshes)
        poses = tuple(item.pose for item in spec.objects)
        settled = SettledScene(
            spec=spec, poses=poses, views=choose_views(recipe, spec, poses, meshes)
        )
        reference = ReferenceRenderer(mesh_of)
        reference.build(settled)
        tracer = GeometryTracer(settled, meshes)
        alone = GeometryTracer(
            settled.model_copy(update={"spec": spec.model_copy(update={"fixtures": ()})}), meshes
        )
        for view in settled.views:
            frame, traced = reference.render(view), tracer.trace(view)
            assert np.mean(frame.instance_ids != traced.instance_ids) < 2e-3
            hidden += int((alone.trace(view).instance_ids > 0).sum())
            hidden -= int((traced.instance_ids > 0).sum())
    assert hidden > 50


def test_what_lies_inside_overlapping_parts_carries_nothing() -> None:
    desk, block = (
        mesh_of(
            ShapeAsset(shape="box", parameters={"width_m": 1, "depth_m": 1, "height_m": height})
        )
        for height in (0.4, 1.0)
    )
    both = TriangleMesh(
        np.concatenate([desk.vertices, block.vertices]),
        np.concatenate([desk.triangles, block.triangles + len(desk.vertices)]).astype(np.int32),
    )
    assert [area.center[2] for area in support_areas(both)] == pytest.approx([0.5], abs=1e-3)
