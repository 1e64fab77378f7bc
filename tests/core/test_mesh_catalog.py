"""What groups choose from: files with and without repetition, and objects of the open file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from synth_addon.core.asset_catalog import AssetCatalog, catalog_assets, mesh_assets
from synth_addon.core.errors import AssetError
from synth_addon.core.mesh_catalog import uses_open_file
from synth_addon.core.open_file import OpenFile
from synth_addon.core.recipe.loading import LoadedRecipe, recipe_hash, validate_recipe
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.scene_spec import FileAsset, OpenAsset

OPEN = OpenFile(
    objects=("Cup", "Mug", "Table"),
    collections={"Cups": ("Cup", "Mug"), "Lamps": ()},
    digests={"Cup": "one", "Mug": "two"},
)


def loaded(folder: Path, objects: dict[str, Any], **parts: Any) -> LoadedRecipe:
    return LoadedRecipe(
        validate_recipe({"version": 1, "objects": objects, **parts}, "test"), folder
    )


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text("v 0 0 0\n")


def test_one_open_object(tmp_path: Path) -> None:
    recipe = loaded(tmp_path, {"cup": {"open_object": "Cup"}})
    found = catalog_assets(recipe, OPEN)
    assert found.meshes == {"cup": (OpenAsset(object="Cup"),)}
    (item,) = sample_scene(recipe.recipe, found, 0).objects
    assert item.asset == OpenAsset(object="Cup")
    assert item.material is None


def test_a_collection_is_a_choice(tmp_path: Path) -> None:
    recipe = loaded(tmp_path, {"cup": {"open_collection": "Cups"}})
    found = catalog_assets(recipe, OPEN)
    drawn = {sample_scene(recipe.recipe, found, scene).objects[0].asset for scene in range(20)}
    assert drawn == {OpenAsset(object="Cup"), OpenAsset(object="Mug")}


def test_digests_of_open_objects_join_those_of_files(tmp_path: Path) -> None:
    found = catalog_assets(loaded(tmp_path, {"cup": {"open_object": "Cup"}}), OPEN)
    assert found.digests() == {"open object Cup": "one", "open object Mug": "two"}


@pytest.mark.parametrize(
    ("group", "opened", "said"),
    [
        ({"open_object": "Cup"}, None, "objects.a.open_object: no .blend file is open here"),
        ({"open_collection": "Cups"}, None, "objects.a.open_collection: no .blend file is open"),
        ({"open_object": "Cap"}, OPEN, "no mesh object 'Cap'. Did you mean Cup"),
        ({"open_collection": "Plates"}, OPEN, "no collection 'Plates'"),
        ({"open_collection": "Lamps"}, OPEN, "'Lamps' holds no mesh object"),
        (
            {"open_collection": "Cups", "count": 3, "repeat_files": False},
            OPEN,
            "objects.a.repeat_files: a scene may hold 3 of the group, and it has 2",
        ),
    ],
)
def test_what_the_open_file_lacks_is_named(
    tmp_path: Path, group: dict[str, Any], opened: OpenFile | None, said: str
) -> None:
    with pytest.raises(AssetError) as caught:
        catalog_assets(loaded(tmp_path, {"a": group}), opened)
    assert said in str(caught.value)
    assert str(caught.value).rpartition(". ")[2], "a remedy comes last"


def test_only_recipes_that_name_open_objects_need_them(tmp_path: Path) -> None:
    assert uses_open_file(loaded(tmp_path, {"a": {"open_object": "A"}}).recipe)
    assert not uses_open_file(loaded(tmp_path, {"a": {"shape": "cube"}}).recipe)


# Repetition of files


def files_of(recipe: LoadedRecipe, found: AssetCatalog, scene: int) -> list[str]:
    objects = sample_scene(recipe.recipe, found, scene).objects
    return [item.asset.file for item in objects if isinstance(item.asset, FileAsset)]


def test_without_repetition_every_file_comes_once(tmp_path: Path) -> None:
    write(tmp_path, "a.obj", "b.obj", "c.obj")
    recipe = loaded(tmp_path, {"x": {"file": "*.obj", "count": 3, "repeat_files": False}})
    found = catalog_assets(recipe)
    orders = {tuple(files_of(recipe, found, scene)) for scene in range(60)}
    assert all(sorted(order) == ["a.obj", "b.obj", "c.obj"] for order in orders)
    assert len(orders) == 6


def test_with_repetition_files_come_twice(tmp_path: Path) -> None:
    write(tmp_path, "a.obj", "b.obj")
    recipe = loaded(tmp_path, {"x": {"file": "*.obj", "count": 3}})
    assert len(files_of(recipe, catalog_assets(recipe), 0)) == 3


@pytest.mark.parametrize(
    ("group", "parts", "most"),
    [
        ({"count": {"uniform": [0, 3]}}, {}, 3),
        ({"pool": "p"}, {"pools": {"p": {"count": 4}}}, 4),
        ({"role": "distractor", "count_per": "target", "count": 2}, {}, 6),
    ],
)
def test_too_few_files_are_told_before_the_run(
    tmp_path: Path, group: dict[str, Any], parts: dict[str, Any], most: int
) -> None:
    write(tmp_path, "a.obj", "b.obj")
    objects = {
        "cup": {"shape": "cup", "count": 3},
        "x": {"file": "*.obj", "repeat_files": False, **group},
    }
    with pytest.raises(AssetError, match=f"may hold {most} of the group, and it has 2"):
        catalog_assets(loaded(tmp_path, objects, **parts))


def test_one_draw_from_a_pool_without_repetition_needs_one_file(tmp_path: Path) -> None:
    write(tmp_path, "a.obj")
    objects = {
        "cup": {"shape": "cup", "pool": "p"},
        "x": {"file": "*.obj", "repeat_files": False, "pool": "p"},
    }
    catalog_assets(loaded(tmp_path, objects, pools={"p": {"count": 2, "repeat": False}}))


# Optional groups


def test_optional_files_are_looked_for_in_the_models_folder_alone(tmp_path: Path) -> None:
    objects = {"cup": {"shape": "cup"}, "pan": {"file": "pan.obj", "optional": True}}
    assert mesh_assets(catalog_assets(loaded(tmp_path, objects))) == []
    (tmp_path / "models").mkdir()
    with_models = loaded(tmp_path, objects, assets={"models": str(tmp_path / "models")})
    with pytest.raises(AssetError, match=r"objects\.pan\.file: 'pan.obj' matches no file"):
        catalog_assets(with_models)
    write(tmp_path / "models", "pan.obj")
    assert [a.file for a in mesh_assets(catalog_assets(with_models)) if a.kind == "file"] == [
        "pan.obj"
    ]
    assert recipe_hash(with_models.recipe) == recipe_hash(loaded(tmp_path, objects).recipe)
