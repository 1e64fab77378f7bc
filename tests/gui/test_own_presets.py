"""Presets of the user: saved, listed, loaded into another file, removed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

from synth_addon.core.recipe.loading import load_recipe
from synth_addon.operators import presets
from synth_addon.panels.presets import SYNTH_MT_presets

from .conftest import select
from .recorder import Recorder


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep presets away from those of whoever runs the tests."""
    place = tmp_path / "presets" / "synth"
    monkeypatch.setattr(presets, "own_preset_folder", lambda: place)
    monkeypatch.setattr("synth_addon.properties.own_presets.own_preset_folder", lambda: place)
    monkeypatch.setattr("synth_addon.panels.presets.own_preset_folder", lambda: place)
    return place


@pytest.fixture
def saved(scene: bpy.types.Scene, meshes: list[bpy.types.Object], folder: Path) -> Iterator[Path]:
    select(meshes[0])
    bpy.ops.synth.mark(role="target")
    scene.synth.recipe.scenes = 77
    bpy.ops.synth.add_class(category="person")
    assert bpy.ops.synth.save_preset(name="My Room") == {"FINISHED"}
    yield folder / "My_Room.json"


def test_a_preset_keeps_the_ranges_and_leaves_the_files_objects(saved: Path) -> None:
    data = json.loads(saved.read_text())
    assert data["scenes"] == 77
    assert data["objects"] == {}
    assert "categories" not in data


def test_a_preset_is_loaded_over_another_files_objects(
    saved: Path, scene: bpy.types.Scene, meshes: list[bpy.types.Object]
) -> None:
    recipe = scene.synth.recipe
    recipe.scenes = 5
    select(meshes[1])
    bpy.ops.synth.mark(role="target")
    assert bpy.ops.synth.load_own_preset(filepath=str(saved)) == {"FINISHED"}
    assert recipe.scenes == 77
    assert [entry.open_object for entry in recipe.objects] == meshes[:2]


def test_without_any_object_it_says_what_to_do(
    saved: Path, scene: bpy.types.Scene, capfd: pytest.CaptureFixture[str]
) -> None:
    scene.synth.recipe.objects.clear()
    scene.synth.recipe.scenes = 5
    with pytest.raises(RuntimeError, match="Mark objects first"):
        bpy.ops.synth.load_own_preset(filepath=str(saved))
    assert scene.synth.recipe.scenes == 5


def test_one_with_shapes_of_its_own_is_a_recipe_of_the_command_line(
    scene: bpy.types.Scene, folder: Path
) -> None:
    bpy.ops.synth.load_preset(preset="cube")
    bpy.ops.synth.save_preset(name="cube too")
    shipped = load_recipe("cube").recipe
    assert load_recipe(str(folder / "cube_too.json")).recipe == shipped


def test_a_name_is_needed_and_must_be_new(saved: Path) -> None:
    with pytest.raises(RuntimeError, match="needs a name"):
        bpy.ops.synth.save_preset(name="  ")
    with pytest.raises(RuntimeError, match="already"):
        bpy.ops.synth.save_preset(name="My Room")


def test_the_menu_removes_it(saved: Path) -> None:
    assert bpy.ops.synth.save_preset(name="My Room", remove_name=True) == {"FINISHED"}
    assert not saved.exists()
    with pytest.raises(RuntimeError, match="no preset"):
        bpy.ops.synth.save_preset(name="My Room", remove_name=True)


def test_a_damaged_file_is_named(saved: Path) -> None:
    saved.write_text("{")
    with pytest.raises(RuntimeError, match=r"My_Room\.json"):
        bpy.ops.synth.load_own_preset(filepath=str(saved))
    saved.write_text("[]")
    with pytest.raises(RuntimeError, match="no recipe"):
        bpy.ops.synth.load_own_preset(filepath=str(saved))


def test_the_menu_lists_what_ships_and_what_is_ones_own(saved: Path) -> None:
    layout, paths = Recorder(), []
    menu = SimpleNamespace(layout=layout, path_menu=lambda found, *_, **__: paths.extend(found))
    SYNTH_MT_presets.draw(menu, bpy.context)
    assert layout.operators == ["synth.load_preset"]
    assert paths == [str(saved.parent)]
