"""The commands on good input: what they print, for people and for programs."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from synth_addon.core.dataset.reading import open_dataset
from synth_addon.core.errors import RenderError, SceneError
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.core.recipe.presets import preset_names
from synth_addon.core.recipe.schema import recipe_schema
from synth_addon.core.scene_spec import SceneSpec

ROOT = Path(__file__).parents[2]
Write = Callable[[Any], Path]


def test_sample_prints_one_scene(synth) -> None:
    ended = synth("sample", "cup_room", "--scene", 731, "--seed", 5, "--set", "room.width_m=4.5")
    assert (ended.code, ended.err) == (0, "")
    spec = SceneSpec.model_validate_json(ended.out)
    assert (spec.scene, spec.seed) == (731, 5)
    assert synth("sample", "cup_room", "--scene=731", "--seed=5", "--set=room.width_m=4.5") == ended


def test_the_seed_goes_before_other_overrides(synth) -> None:
    ended = synth("sample", "cube", "--set", "seed=1", "--seed", "2")
    assert json.loads(ended.out)["seed"] == 2


def test_schema_prints_a_schema(synth) -> None:
    schema = json.loads(synth("schema").out)
    Draft202012Validator.check_schema(schema)
    assert schema == recipe_schema()


def test_presets_are_listed_with_what_they_are_for(synth) -> None:
    lines = synth("preset", "list").out.splitlines()
    assert [line.split()[0] for line in lines] == preset_names()
    assert all(len(line.split()) > 3 for line in lines)


@pytest.mark.parametrize("name", preset_names())
def test_a_shown_preset_is_the_same_recipe(synth, write_recipe: Write, name: str) -> None:
    path = write_recipe(synth("preset", "show", name).out)
    assert load_recipe(str(path)).recipe == load_recipe(name).recipe


@pytest.mark.parametrize("command", ["hash", "validate", "show"])
def test_what_is_no_dataset_ends_with_one(synth, tmp_path: Path, command: str) -> None:
    more = ["-o", tmp_path / "sheet.png"] if command == "show" else []
    for folder in (tmp_path / "missing", tmp_path):
        ended = synth(command, folder, *more)
        assert ended.code == 1
        assert ended.err.startswith(f"synth: {folder}")
        assert "synth generate" in ended.err
    assert list(tmp_path.iterdir()) == []


# generate, with the reference renderer in Blender's place


@pytest.fixture
def generate(synth, without_blender, least, write_recipe: Write, tmp_path: Path) -> Callable:
    source = write_recipe(least)

    def run(*arguments: object, output: str = "out"):
        return synth("generate", source, "--output", tmp_path / output, *arguments)

    return run


def test_plain_progress_says_what_and_how_far(generate, tmp_path: Path) -> None:
    ended = generate()
    assert (ended.code, ended.err) == (0, "")
    first, *progress, done, look = ended.out.splitlines()
    assert first == f"least: 3 scenes with 2 views each into {tmp_path / 'out'}"
    assert progress[0].startswith("1/6 frames, ")
    assert progress[-1].startswith("6/6 frames, ")
    assert done == f"6 new frames; the dataset is in {tmp_path / 'out'}"
    assert look == f"look at it:  synth show {tmp_path / 'out'} -o contact_sheet.png"


def test_programs_read_every_line(generate, tmp_path: Path) -> None:
    ended = generate("--json")
    assert ended.code == 0
    (start,) = ended.of("start")
    assert (start["frames"], start["scenes"]) == (6, 3)
    frames = ended.of("frame")
    assert [event["frame"] for event in frames] == list(range(6))
    assert [event["scene"] for event in frames] == [0, 0, 1, 1, 2, 2]
    assert [event["done"] for event in frames] == [1, 2, 3, 4, 5, 6]
    assert {event["total"] for event in frames} == {6}
    (done,) = ended.of("done")
    assert (done["output"], done["frames"]) == (str(tmp_path / "out"), 6)
    assert done["parts"]["render"]["calls"] == 6
    channels = ("images", "depth", "normals", "instances", "frames")
    files = [path for c in channels for path in (tmp_path / "out" / c).rglob("*.*")]
    assert done["bytes"] == sum(path.stat().st_size for path in files)
    assert len(ended.events) == 8


def test_generated_datasets_validate_and_hash(generate, synth, tmp_path: Path) -> None:
    generate()
    ended = synth("validate", tmp_path / "out")
    assert (ended.code, ended.out) == (0, f"{tmp_path / 'out'}: 6 frames, every promise kept\n")
    assert len(synth("hash", tmp_path / "out").out.strip()) == 64


def test_broken_promises_end_with_one(generate, synth, tmp_path: Path) -> None:
    generate()
    next((tmp_path / "out" / "images").rglob("*.png")).unlink()
    ended = synth("validate", tmp_path / "out")
    assert ended.code == 1
    assert "broken promise in 6 frames" in ended.out


@pytest.mark.parametrize(
    ("arguments", "scenes"),
    [
        ([], [0, 1, 2]),
        (["--scenes", "2"], [0, 1]),
        (["--scenes", "5"], [0, 1, 2, 3, 4]),
        (["--scene-range", "3:5"], [3, 4]),
        (["--scene-range", "007:8"], [7]),
        (["--frames", "1"], [0]),
        (["--frames", "4"], [0, 1]),
        (["--frames", "5"], [0, 1, 2]),
    ],
)
def test_amounts_choose_scenes(generate, tmp_path: Path, arguments: list[str], scenes) -> None:
    assert generate(*arguments).code == 0
    assert open_dataset(tmp_path / "out").scene_numbers() == scenes


def test_parts_in_any_order_give_the_same_dataset(generate, synth, tmp_path: Path) -> None:
    generate("--scenes", 4, output="whole")
    generate("--scene-range", "2:4", output="parts")
    generate("--scene-range", "0:2", output="parts")
    assert synth("hash", tmp_path / "parts").out == synth("hash", tmp_path / "whole").out


def test_resuming_makes_only_what_is_missing(generate, synth, tmp_path: Path) -> None:
    generate("--scenes", 1)
    ended = generate("--resume")
    assert ended.code == 0
    assert "3 scenes with 2 views each" in ended.out
    assert "1 of them finished before" in ended.out
    assert "4 new frames" in ended.out
    generate(output="whole")
    assert synth("hash", tmp_path / "out").out == synth("hash", tmp_path / "whole").out


def test_finished_scenes_are_not_made_twice_by_accident(generate, tmp_path: Path, snapshot) -> None:
    generate()
    before = snapshot(tmp_path / "out")
    ended = generate()
    assert ended.code == 2
    assert "--resume" in ended.err
    assert snapshot(tmp_path / "out") == before


def test_an_interruption_says_how_to_go_on(
    generate, synth, without_blender, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settle, calls = without_blender.settle, []

    def interrupted(self, spec):
        calls.append(spec.scene)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return settle(self, spec)

    monkeypatch.setattr(without_blender, "settle", interrupted)
    ended = generate("--scenes", 3, "--seed", 4, "--set", 'camera.fov_deg={"uniform": [40, 50]}')
    assert ended.code == 130
    line = ended.out.splitlines()[-1]
    assert line.startswith("interrupted; to go on: synth generate ")
    command = line.partition(": synth ")[2]
    assert synth(*shlex.split(command)).code == 0
    assert open_dataset(tmp_path / "out").scene_numbers() == [0, 1, 2]


def test_an_interruption_is_an_event(
    generate, without_blender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self, spec):
        raise KeyboardInterrupt

    monkeypatch.setattr(without_blender, "settle", interrupted)
    ended = generate("--json")
    assert ended.code == 130
    assert "--resume" in ended.of("interrupted")[0]["resume"]


def test_an_early_interruption_leaves_no_traceback(synth, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("synth_addon.core.recipe.loading.load_recipe", interrupted)
    ended = synth("sample", "cube")
    assert (ended.code, ended.out, ended.err) == (130, "", "synth: interrupted\n")


@pytest.mark.parametrize("error", [SceneError("no place"), RenderError("no picture")])
def test_scenes_that_cannot_be_made_end_with_three(
    generate, without_blender, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def failing(self, scene):
        raise error

    monkeypatch.setattr(without_blender, "build", failing)
    ended = generate("--json")
    assert ended.code == 3
    assert ended.err == f"synth: {error}\n"
    assert ended.of("error")[0]["exit_code"] == 3


@pytest.mark.parametrize(
    ("setting", "check"),
    [
        ("camera.radius_m=900", "outside the room"),
        ("camera.min_distance_m=900", "camera.min_distance_m"),
        ("camera.clip_end_m=0.02", "camera.min_targets"),
        ("camera.fov_deg=1", "camera.min_visible"),
    ],
)
def test_cameras_that_can_never_see_end_with_three(generate, setting: str, check: str) -> None:
    common = ("--set", "camera.max_tries=2", "--set", "camera.min_visible=0.5")
    ended = generate("--set", setting, *common)
    assert ended.code == 3
    assert f"{check} 2 times" in ended.err
    assert "Widen camera.radius_m" in ended.err


@pytest.mark.skipif(os.name == "nt", reason="pipes close differently on Windows")
def test_a_reader_that_leaves_ends_the_command_quietly() -> None:
    script = "import sys; from synth_addon.cli import main; sys.argv[0] = 'synth'; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", script, "schema"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141


def test_weights_of_a_pool_can_be_set_from_outside(synth, write_recipe) -> None:
    box = {"role": "distractor", "shape": "box", "pool": "clutter"}
    can = {"role": "distractor", "shape": "can", "pool": "clutter"}
    source = write_recipe(
        {
            "version": 1,
            "objects": {"cup": {"shape": "cup"}, "box": box, "can": can},
            "pools": {"clutter": {"count": 6}},
        }
    )

    def groups(*more: str) -> set[str]:
        sampled = synth("sample", source, *more)
        return {item["group"] for item in json.loads(sampled.out)["objects"]}

    assert groups() == {"box", "can", "cup"}
    assert groups("--set", "objects.box.weight=0") == {"can", "cup"}
    assert groups("--set", "objects.can.weight=0") == {"box", "cup"}
