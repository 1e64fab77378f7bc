"""Objects of a stated size, and meshes that are wildly out of scale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.asset_catalog import AssetCatalog, catalog_assets, mesh_assets
from synth_addon.core.errors import AssetError
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.recipe.loading import LoadedRecipe, validate_recipe
from synth_addon.core.recipe.recipe import Recipe
from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.sampling.sizes import check_sizes, longest_side, with_sizes
from synth_addon.core.scene_spec import canonical_json
from synth_addon.core.settling import settle_scene
from synth_addon.core.shapes.catalog import mesh_of
from synth_addon.core.timing import PartTimes

NOTHING = AssetCatalog({}, {}, (), {})
SIZED = {"shape": "box", "size_m": {"uniform": [0.1, 0.4]}, "parameters": {"width_m": 0.3}}


def recipe(**parts: Any) -> Recipe:
    return validate_recipe({"version": 1, "objects": {"box": SIZED}, **parts}, "test")


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**63 - 1))
def test_the_longest_side_becomes_what_was_drawn(seed: int) -> None:
    spec = sample_scene(recipe(seed=seed), NOTHING, 0)
    (item,) = spec.objects
    assert item.size_m is not None
    assert 0.1 <= item.size_m <= 0.4
    mesh = mesh_of(item.asset)
    sized = with_sizes(spec, {item.asset_key: mesh})
    assert sized.objects[0].scale * longest_side(mesh) == pytest.approx(item.size_m)
    assert with_sizes(sized, {item.asset_key: mesh}) == sized


def test_settled_scenes_hold_the_scale() -> None:
    made = recipe(views_per_scene=1)
    scene, meshes = settle_scene(made, NOTHING, ReferenceRenderer(mesh_of), 0, PartTimes())
    (item,) = scene.spec.objects
    assert item.scale == pytest.approx(item.size_m / longest_side(meshes[item.asset_key]))


def test_a_stated_size_moves_nothing_else() -> None:
    plain = {"box": {key: value for key, value in SIZED.items() if key != "size_m"}}
    (one,), (other,) = (
        sample_scene(made, NOTHING, 0).objects for made in (recipe(), recipe(objects=plain))
    )
    assert one.model_copy(update={"size_m": None}) == other


# Out of scale


def block(length: float) -> TriangleMesh:
    vertices = np.array([(0, 0, 0), (length, 0, 0), (0, length / 2, 0), (0, 0, length / 3)], float)
    return TriangleMesh(vertices, np.array([(0, 1, 2), (0, 1, 3)]))


def check(folder: Path, length: float, parts: dict[str, Any], **group: Any) -> None:
    (folder / "pan.obj").write_text("v 0 0 0\n")
    data = {"version": 1, "objects": {"pan": {"file": "pan.obj", **group}}, **parts}
    loaded = LoadedRecipe(validate_recipe(data, "test"), folder)
    found = catalog_assets(loaded)
    meshes = {canonical_json(asset): block(length) for asset in mesh_assets(found)}
    check_sizes(loaded.recipe, found, meshes)


ROOMLESS = {"room": {"enabled": False}, "physics": {"enabled": False}}


@pytest.mark.parametrize(
    ("length", "parts", "group", "said"),
    [
        (310, {}, {}, "objects.pan: 'pan.obj' is 310 m long, more than the room's longest side"),
        (4.5, {}, {}, "room's longest side of 4 m"),
        (3, {"room": {"floor_only": True, "width_m": 2, "depth_m": 2}}, {}, "side of 2 m"),
        (101, ROOMLESS, {}, "more than 100 m"),
        (101, {"room": {"width_m": 900}}, {}, "more than 100 m"),
        (5e-5, {}, {}, "is 5e-05 m long, less than 0.1 mm"),
        (0.3, {}, {"scale": {"uniform": [1, 100]}}, "is 30 m long"),
        (0.3, {}, {"scale": {"log_uniform": [1e-4, 1]}}, "is 3e-05 m long"),
    ],
)
def test_what_is_out_of_scale_is_refused(
    tmp_path: Path, length: float, parts: dict[str, Any], group: dict[str, Any], said: str
) -> None:
    with pytest.raises(AssetError) as caught:
        check(tmp_path, length, parts, **group)
    assert said in str(caught.value)
    assert "objects.pan.unit (now m)" in str(caught.value)
    assert "objects.pan.size_m" in str(caught.value)


@pytest.mark.parametrize("length", [1e-4, 0.3, 4.0])
def test_what_fits_is_taken(tmp_path: Path, length: float) -> None:
    check(tmp_path, length, {})


def test_a_room_from_a_file_has_a_size_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "room.blend").write_text("room")
    check(tmp_path, 20, {"room": {"file": "room.blend"}})


def test_a_stated_size_mends_any_scale(tmp_path: Path) -> None:
    check(tmp_path, 5000, {}, size_m=0.3)
    check(tmp_path, 1e-6, {}, size_m=0.3)


def test_furniture_is_looked_at_too(tmp_path: Path) -> None:
    (tmp_path / "sofa.obj").write_text("v 0 0 0\n")
    data = {
        "version": 1,
        "objects": {"cup": {"shape": "cup"}},
        "room": {"furniture": {"sofa": {"file": "sofa.obj"}}},
    }
    loaded = LoadedRecipe(validate_recipe(data, "test"), tmp_path)
    found = catalog_assets(loaded)
    meshes = {canonical_json(asset): block(180) for asset in mesh_assets(found)}
    with pytest.raises(AssetError, match=r"room\.furniture\.sofa: 'sofa.obj' is 180 m long"):
        check_sizes(loaded.recipe, found, meshes)
