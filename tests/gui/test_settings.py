"""Settings of a scene and recipes, in both directions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_addon.core.errors import RecipeError, UsageError
from synth_addon.core.float32 import shortest_decimal
from synth_addon.core.recipe.declarations import ROOT_SECTION, load_declarations
from synth_addon.core.recipe.declare import declare_recipe
from synth_addon.core.recipe.loading import load_recipe, validate_recipe
from synth_addon.core.recipe.presets import preset_names
from synth_addon.properties.from_recipe import fill_settings
from synth_addon.properties.loading import load_scene_recipe
from synth_addon.properties.sections import declarations
from synth_addon.properties.to_recipe import recipe_data

from .conftest import select


def filled(scene: bpy.types.Scene, data: dict[str, Any]) -> None:
    recipe = validate_recipe(data, "test")
    fill_settings(scene, recipe.model_dump(mode="json"), "test")


def test_the_stored_declarations_are_those_of_the_recipe() -> None:
    assert load_declarations() == declare_recipe()


def test_every_section_that_is_named_is_declared() -> None:
    known = declarations()
    named = {field.section for section in known.values() for field in section.fields}
    assert named - {""} == set(known) - {ROOT_SECTION}


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_survives_the_settings(scene: bpy.types.Scene, name: str) -> None:
    recipe = load_recipe(name).recipe
    fill_settings(scene, recipe.model_dump(mode="json"), name)
    assert validate_recipe(recipe_data(scene), name) == recipe


def test_settings_replace_all_that_stood_there(scene: bpy.types.Scene) -> None:
    for name in ("tless_randomized", "cube"):
        recipe = load_recipe(name).recipe
        fill_settings(scene, recipe.model_dump(mode="json"), name)
    assert validate_recipe(recipe_data(scene), "cube") == recipe


FORMS = [
    0.2,
    {"uniform": [0.1, 0.7]},
    {"log_uniform": [0.05, 2]},
    {"normal": {"mean": 0.6, "std": 0.1, "min": 0.3, "max": 0.9}},
    {"choice": [0.5, 0.7, 1.1]},
    {"choice": {"values": [0.5, 0.7], "weights": [3, 1]}},
]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_distribution_survives(scene: bpy.types.Scene, form: Any) -> None:
    objects = {"a": {"shape": "cube"}}
    filled(scene, {"version": 1, "objects": objects, "camera": {"radius_m": form}})
    assert recipe_data(scene)["camera"] == {"radius_m": form}


@pytest.mark.parametrize(
    "form",
    ["uniform", "upright", {"upright": [0, 90]}, {"tilt": 15}, {"fixed": [0, 30, 90]}],
)
def test_every_form_of_a_rotation_survives(scene: bpy.types.Scene, form: Any) -> None:
    filled(scene, {"version": 1, "objects": {"a": {"shape": "cube", "rotation": form}}})
    assert recipe_data(scene)["objects"]["a"].get("rotation", "uniform") == form


@given(st.decimals(-10000, 10000, places=3))
def test_a_typed_number_comes_back_as_typed(number: Any) -> None:
    import numpy as np

    typed = float(number) if len(str(abs(number)).replace(".", "").strip("0")) <= 6 else 0.5
    assert shortest_decimal(float(np.float32(typed))) == typed


def test_only_what_differs_from_the_defaults_is_stated(
    scene: bpy.types.Scene, meshes: list[bpy.types.Object]
) -> None:
    select(meshes[0])
    bpy.ops.synth.mark(role="target")
    scene.synth.recipe.render.samples = 4
    assert recipe_data(scene) == {
        "version": 1,
        "objects": {"Cup_001": {"open_object": "Cup.001"}},
        "render": {"samples": 4},
    }


def test_a_renamed_object_is_followed(
    scene: bpy.types.Scene, meshes: list[bpy.types.Object]
) -> None:
    select(meshes[0])
    bpy.ops.synth.mark(role="target")
    meshes[0].name = "Mug"
    assert recipe_data(scene)["objects"]["Cup_001"]["open_object"] == "Mug"


def test_settings_are_copied_and_saved_with_the_scene(
    scene: bpy.types.Scene, meshes: list[bpy.types.Object], tmp_path: Path
) -> None:
    select(meshes[0])
    bpy.ops.synth.mark(role="distractor")
    scene.synth.recipe.camera.elevation_deg.low = 33
    assert recipe_data(scene.copy())["camera"] == recipe_data(scene)["camera"]
    file = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file)
    before = recipe_data(scene)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.wm.open_mainfile(filepath=file)
    assert recipe_data(bpy.context.scene) == before


def test_ignored_objects_and_surfaces_are_no_objects_of_the_dataset(
    scene: bpy.types.Scene, meshes: list[bpy.types.Object]
) -> None:
    for item, role in zip(meshes, ("target", "surface", "ignore"), strict=True):
        select(item)
        bpy.ops.synth.mark(role=role)
    assert list(recipe_data(scene)["objects"]) == ["Cup_001"]
    assert meshes[1]["synth_surface"]


def test_nothing_marked_says_what_to_do(scene: bpy.types.Scene) -> None:
    with pytest.raises(UsageError, match="mark them as targets"):
        load_scene_recipe(scene)


def test_a_lost_object_is_named_with_the_remedy(
    scene: bpy.types.Scene, meshes: list[bpy.types.Object]
) -> None:
    select(meshes[1])
    bpy.ops.synth.mark(role="target")
    scene.collection.objects.unlink(meshes[1])
    with pytest.raises(RecipeError, match=r"objects\.Ball: its object is no longer in the scene"):
        recipe_data(scene)


def test_a_list_of_values_that_cannot_be_read_is_named(
    scene: bpy.types.Scene, meshes: list[bpy.types.Object]
) -> None:
    select(meshes[1])
    bpy.ops.synth.mark(role="target")
    fov = scene.synth.recipe.camera.fov_deg
    fov.kind, fov.listed = "choice", "40, fifty"
    with pytest.raises(RecipeError, match=r"camera\.fov_deg: not a list of values .*40, fifty"):
        recipe_data(scene)


def test_a_seed_too_large_for_blender_changes_nothing(scene: bpy.types.Scene) -> None:
    scene.synth.recipe.seed = 7
    with pytest.raises(RecipeError, match="seed"):
        filled(scene, {"version": 1, "seed": 2**40, "objects": {"a": {"shape": "cube"}}})
    assert scene.synth.recipe.seed == 7


def test_a_folder_beside_a_file_never_saved_is_named(
    scene: bpy.types.Scene, meshes: list[bpy.types.Object]
) -> None:
    select(meshes[0])
    bpy.ops.synth.mark(role="target")
    scene.synth.recipe.assets.use_hdri = True
    scene.synth.recipe.assets.hdri = "//hdri"
    with pytest.raises(RecipeError, match=r"assets\.hdri.*never saved.*Save the file"):
        load_scene_recipe(scene)


def test_settings_of_a_newer_version_are_refused(
    scene: bpy.types.Scene, meshes: list[bpy.types.Object]
) -> None:
    select(meshes[0])
    bpy.ops.synth.mark(role="target")
    assert scene.synth.is_property_set("version")  # so that it is in the file
    scene.synth.version = 99
    with pytest.raises(RecipeError, match=r"found 99\). Update Synth"):
        load_scene_recipe(scene)
