"""Every preset makes a valid dataset whose every frame shows a target."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synth_addon.core.recipe.loading import load_recipe
from synth_addon.core.recipe.presets import preset_names

from .conftest import CommandLine

SMALL = {
    "camera.width_px": 160,
    "camera.height_px": 128,
    "render.samples": 1,
    "render.denoise": "off",
}


@pytest.mark.parametrize("name", preset_names())
def test_two_scenes_of_a_preset(command_line: CommandLine, tmp_path: Path, name: str) -> None:
    settings = [word for item in SMALL.items() for word in ("--set", "{}={}".format(*item))]
    folder = tmp_path / name
    command_line.run("generate", name, "--output", folder, "--scenes", "2", *settings)
    command_line.run("validate", folder)
    frames = sorted((folder / "frames").rglob("*.json"))
    assert len(frames) == 2 * load_recipe(name).recipe.views_per_scene
    for path in frames:
        objects = json.loads(path.read_text())["objects"]
        shown = [item for item in objects if item["role"] == "target" and item["visible_pixels"]]
        assert shown, f"{path.name} shows no target"


EVERYTHING = {
    **SMALL,
    "render.samples": 2,
    "render.denoise": "fast",
    "views_per_scene": 2,
    "outputs.coverage": "true",
    "outputs.depth": "exr",
    "camera.motion_blur.shutter": 0.5,
    "camera.motion_blur.object_speed": 0.2,
    "panels.count": 2,
    "room.floor.displacement": "bump",
}


def test_the_same_bytes_with_everything_switched_on(
    command_line: CommandLine, tmp_path: Path
) -> None:
    settings = [word for item in EVERYTHING.items() for word in ("--set", "{}={}".format(*item))]
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    start = ("generate", "cup_furnished", *settings)
    command_line.run(*start, "--scenes", "2", "--output", whole, "--threads", "2")
    for scenes in ("1:2", "0:1"):
        command_line.run(*start, "--scene-range", scenes, "--output", parts, "--threads", "1")
    assert command_line.tree_hash(whole) == command_line.tree_hash(parts)
