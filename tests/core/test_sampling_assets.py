"""Asset names: what they match, in which order, and what is said when they match nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from synth_addon.core.asset_catalog import AssetCatalog, catalog_assets, mesh_assets
from synth_addon.core.errors import AssetError
from synth_addon.core.recipe.loading import LoadedRecipe, validate_recipe
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.scene_spec import FileAsset


def loaded(folder: Path, **parts: Any) -> LoadedRecipe:
    data = {"version": 1, "objects": {"thing": {"file": "*.obj", "unit": "mm"}}, **parts}
    return LoadedRecipe(validate_recipe(data, "test"), folder)


def catalog(folder: Path, **parts: Any) -> AssetCatalog:
    return catalog_assets(loaded(folder, **parts))


def files(found: AssetCatalog, group: str = "thing") -> tuple[str, ...]:
    return tuple(asset.file for asset in found.meshes[group] if isinstance(asset, FileAsset))


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}")


SHAPE = {"objects": {"thing": {"shape": "cube"}}}
TEXTURED = {"objects": {"thing": {"shape": "cube", "material": {"texture": "Wood*"}}}}
LIT = {**SHAPE, "environment": {"kind": "hdri", "file": "*.hdr"}}


def test_patterns_list_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    write(tmp_path, "b.obj", "a.obj", "A.obj", "c.txt")
    found = catalog(tmp_path)
    assert files(found) == ("A.obj", "a.obj", "b.obj")
    assert found.paths["a.obj"] == tmp_path / "a.obj"


def test_names_do_not_tell_where_files_lie(tmp_path: Path) -> None:
    write(tmp_path, "one/kitchen/pan.obj", "two/kitchen/pan.obj")
    parts = {"objects": {"thing": {"file": "kitchen/*.obj"}}}
    specs = [
        sample_scene(recipe.recipe, catalog_assets(recipe), 0)
        for folder in ("one", "two")
        for recipe in [loaded(tmp_path / folder, **parts)]
    ]
    assert specs[0] == specs[1]
    assert specs[0].objects[0].asset == FileAsset(file="kitchen/pan.obj")


def test_the_models_folder_goes_before_the_recipes_own(tmp_path: Path) -> None:
    write(tmp_path, "models/a.obj", "b.obj")
    found = catalog(tmp_path, assets={"models": str(tmp_path / "models")})
    assert files(found) == ("a.obj",)


def test_every_file_is_drawn_sooner_or_later(tmp_path: Path) -> None:
    write(tmp_path, "a.obj", "b.obj", "c.obj")
    recipe = loaded(tmp_path)
    found = catalog_assets(recipe)
    drawn = {
        item.asset.file
        for scene in range(40)
        for item in sample_scene(recipe.recipe, found, scene).objects
        if isinstance(item.asset, FileAsset)
    }
    assert drawn == {"a.obj", "b.obj", "c.obj"}
    assert [asset.file for asset in mesh_assets(found)] == sorted(drawn)
    assert {asset.unit_m for asset in mesh_assets(found)} == {0.001}


def test_texture_sets_are_found_by_their_endings(tmp_path: Path) -> None:
    maps = ("Color.jpg", "NormalDX.jpg", "NormalGL.jpg", "Roughness.jpg", "Displacement.jpg")
    write(tmp_path, *(f"Wood1/Wood1_1K_{name}" for name in maps), "Wood2/x_diff.png")
    first, second = catalog(tmp_path, **TEXTURED).textures["Wood*"]
    assert first.color == "Wood1/Wood1_1K_Color.jpg"
    assert first.normal == "Wood1/Wood1_1K_NormalGL.jpg"
    assert first.roughness == "Wood1/Wood1_1K_Roughness.jpg"
    assert first.metalness is None
    assert second.color == "Wood2/x_diff.png"


def test_images_are_those_that_pixels_are_read_from(tmp_path: Path) -> None:
    write(tmp_path, "Wood1/a_Color.jpg", "sky.hdr", "pan.obj")
    parts = {
        "objects": {"thing": {"file": "pan.obj", "material": {"texture": "Wood1"}}},
        "environment": {"kind": "hdri", "file": "sky.hdr"},
    }
    assert set(catalog(tmp_path, **parts).images) == {"Wood1/a_Color.jpg", "sky.hdr"}


def test_digests_follow_content(tmp_path: Path) -> None:
    write(tmp_path, "a.obj")
    before = catalog(tmp_path).digests()
    (tmp_path / "a.obj").write_text("changed")
    after = catalog(tmp_path).digests()
    assert set(before) == set(after) == {"a.obj"}
    assert before != after


def test_files_of_one_name_in_two_folders_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "textures/Wood/a_Color.exr", "hdri/Wood/a_Color.exr")
    parts = {
        "assets": {"textures": str(tmp_path / "textures"), "hdri": str(tmp_path / "hdri")},
        "objects": {"thing": {"shape": "cube", "material": {"texture": "Wood"}}},
        "environment": {"kind": "hdri", "file": "Wood/*.exr"},
    }
    with pytest.raises(AssetError, match="the name of two files"):
        catalog(tmp_path, **parts)


def file_named(name: str) -> dict[str, Any]:
    return {"objects": {"thing": {"file": name}}}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (file_named("none.obj"), "objects.thing.file: 'none.obj' matches no file"),
        (file_named("none/*.obj"), "objects.thing.file: 'none/*.obj' matches no file"),
        (file_named("notes.txt"), "objects.thing.file: 'notes.txt' is not of a supported type"),
        (file_named("empty.obj"), "objects.thing.file: 'empty.obj' is empty"),
        (file_named("folder.obj"), "objects.thing.file: 'folder.obj' cannot be read"),
        (file_named("."), "objects.thing.file: '.' is not of a supported type"),
        (file_named("a\0b.obj"), "objects.thing.file"),
        (file_named("a**/b.obj"), "objects.thing.file"),
        (file_named("x" * 5000 + ".obj"), "objects.thing.file"),
        (file_named("*/" + "x" * 5000 + ".obj"), "objects.thing.file"),
        ({"assets": {"models": "nowhere"}}, "assets.models: no such folder: 'nowhere'"),
        ({"assets": {"models": "~nobody-has-this-name/x"}}, "assets.models"),
        ({"assets": {"models": "x" * 5000}}, "assets.models"),
        ({"assets": {"models": "a\0b"}}, "assets.models"),
        ({**LIT, "assets": {"hdri": "nowhere"}}, "assets.hdri: no such folder"),
        (LIT, "environment.file: '*.hdr' matches no file"),
        (TEXTURED, "objects.thing.material.texture: 'Wood*' matches no folder"),
        ({**TEXTURED, "assets": {"textures": "nowhere"}}, "assets.textures: no such folder"),
        (
            {"objects": {"thing": {"shape": "cube", "material": {"texture": "plain"}}}},
            "objects.thing.material.texture: 'plain' has no colour map",
        ),
        (
            {"objects": {"thing": {"shape": "cube", "material": {"texture": "hollow"}}}},
            "objects.thing.material.texture: 'hollow/a_Color.png' is empty",
        ),
        ({**SHAPE, "room": {"floor": {"texture": "none"}}}, "room.floor.texture: 'none' matches"),
    ],
)
def test_missing_and_unusable_files_are_named(
    tmp_path: Path, parts: dict[str, Any], said: str
) -> None:
    write(tmp_path, "notes.txt", "plain/a_Roughness.png", "sub/x.obj")
    (tmp_path / "empty.obj").touch()
    (tmp_path / "folder.obj").mkdir()
    (tmp_path / "hollow").mkdir()
    (tmp_path / "hollow" / "a_Color.png").touch()
    with pytest.raises(AssetError) as caught:
        catalog(tmp_path, **parts)
    assert said in str(caught.value)
    assert str(caught.value).rpartition(". ")[2], "a remedy comes last"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_that_are_no_unicode_are_refused(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff.obj")).write_text("v")
    with pytest.raises(AssetError, match="no name in Unicode"):
        catalog(tmp_path)
