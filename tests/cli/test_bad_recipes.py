"""Broken recipes: each ends with exit code 2, says where and what to do, and writes nothing."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth_addon.core.recipe.loading import load_recipe
from synth_addon.core.recipe.presets import PRESET_FOLDER, preset_names

PRESETS = {name: (PRESET_FOLDER / f"{name}.json").read_bytes() for name in preset_names()}
# every key that a recipe can have, with its default
FULL: dict[str, Any] = load_recipe("cube").recipe.model_dump(mode="json")
Path_ = tuple[str, ...]

DISTRIBUTIONS = {"uniform", "log_uniform", "choice"}

PROBLEM = re.compile(r"  (?P<path>[^:]+): (?P<message>.+?)( \(found .+\))?\. (?P<remedy>.+)")


def places(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Yield every part of a recipe, stopping at distributions and lists."""
    yield path, value
    if isinstance(value, dict) and set(value) - {*DISTRIBUTIONS, "upright"}:
        for key, inner in value.items():
            yield from places(inner, (*path, key))


def changed(path: Path_, value: Any) -> dict[str, Any]:
    data = copy.deepcopy(FULL)
    node = data
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return data


LEAVES = [(path, value) for path, value in places(FULL) if path and path[0] not in {"version"}]
SECTIONS = [
    path
    for path, value in places(FULL)
    if isinstance(value, dict) and not set(value) & DISTRIBUTIONS and path[-1:] != ("kinds",)
]
NUMBERS = [
    path
    for path, value in LEAVES
    if (isinstance(value, int | float) and not isinstance(value, bool))
    or (isinstance(value, dict) and set(value) <= DISTRIBUTIONS and value)
]


@pytest.fixture
def broken(
    tmp_path: Path, write_recipe: Callable[[Any], Path], refused: Callable[..., str]
) -> Callable[[Any], list[re.Match[str]]]:
    """Return the function that demands a refusal by `sample` and `generate`, nothing written."""

    def run(content: Any) -> list[re.Match[str]]:
        source = write_recipe(content)
        output = tmp_path / "out"
        message = refused("generate", source, "--output", output)
        assert message == refused("sample", source)
        assert not output.exists()
        head, *lines = message.splitlines()
        assert re.fullmatch(r"synth: \d+ problems? in .+recipe\.json:", head)
        problems = [PROBLEM.fullmatch(line) for line in lines]
        assert all(problems), message
        return [problem for problem in problems if problem]

    return run


def test_the_full_recipe_is_fine(synth, write_recipe) -> None:
    assert synth("sample", write_recipe(FULL)).code == 0


def names(path: Path_) -> str:
    return ".".join(path) or "top"


# Hand-made mistakes at every place


@pytest.mark.parametrize("path", SECTIONS, ids=names)
def test_unknown_keys_are_told_at_every_level(broken, path: Path_) -> None:
    (problem,) = broken(changed((*path, "unknown_key"), {"not": "this"}))
    assert problem["path"].startswith(".".join((*path, "unknown_key")))


def test_unknown_kinds_of_material_are_told(broken) -> None:
    problems = broken(changed(("room", "floor", "kinds"), {"velvet": 1}))
    assert problems[0]["path"] == "room.floor.kinds.velvet"


@pytest.mark.parametrize(("path", "value"), LEAVES, ids=lambda part: "")
def test_wrong_types_are_told_at_every_place(broken, path: Path_, value: Any) -> None:
    problems = broken(changed(path, {"not": ["this"]}))
    assert problems[0]["path"].startswith(".".join(path))


@pytest.mark.parametrize("path", NUMBERS, ids=names)
def test_huge_numbers_are_told_at_every_place(broken, path: Path_) -> None:
    problems = broken(changed(path, 1e300))
    assert problems[0]["path"].startswith(".".join(path))
    assert "1e+300" in problems[0][0]


@pytest.mark.parametrize("path", NUMBERS[::12], ids=names)
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_lacks_are_refused(broken, path: Path_, number: str) -> None:
    text = json.dumps(changed(path, "HERE")).replace('"HERE"', number)
    (problem,) = broken(text)
    assert f"{number} is not a number" in problem["message"]


@pytest.mark.parametrize("path", NUMBERS, ids=names)
def test_reversed_ranges_are_told_at_every_place(broken, path: Path_) -> None:
    problems = broken(changed(path, {"uniform": [0.75, 0.25]}))
    assert problems[0]["path"] == ".".join(path)


@pytest.mark.parametrize("key", ["version", "objects"])
def test_missing_parts_are_told(broken, key: str) -> None:
    data = {name: value for name, value in FULL.items() if name != key}
    (problem,) = broken(data)
    assert problem["path"] == key


def test_every_other_part_can_be_left_out(synth, write_recipe) -> None:
    for key in FULL.keys() - {"version", "objects"}:
        data = {name: value for name, value in FULL.items() if name != key}
        assert synth("sample", write_recipe(data)).code == 0, key


# Files that are no recipes


NO_RECIPES: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n\t",
    "cut off": PRESETS["cube"][:200],
    "a list": b"[]",
    "a number": b"5",
    "null": b"null",
    "a text": b'"cube"',
    "two objects": b"{} {}",
    "trailing comma": b'{"version": 1,}',
    "comments": b'// a recipe\n{"version": 1}',
    "single quotes": b"{'version': 1}",
    "YAML": b"version: 1\nobjects:\n  cube: {shape: cube}\n",
    "a key twice": b'{"version": 1, "seed": 1, "seed": 2}',
    "a key twice inside": b'{"version": 1, "objects": {"a": {"shape": "cube", "shape": "cup"}}}',
    "no UTF-8": b'{"version": 1, "name": "caf\xe9"}',
    "UTF-16": '{"version": 1}'.encode("utf-16"),
    "binary": bytes(range(256)) * 8,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "zero bytes": bytes(1024),
    "a mark alone": b"\xef\xbb\xbf",
    "deep lists": b'{"version": 1, "name": ' + b"[" * 100000 + b"]" * 100000 + b"}",
    "deep objects": b'{"version": 1, "a": ' + b'{"a": ' * 5000 + b"1" + b"}" * 5000 + b"}",
    "just too deep": b'{"version": 1, "a": ' + b"[" * 700 + b"]" * 700 + b"}",
    "deep version": b'{"version": ' + b"[" * 500 + b"]" * 500 + b"}",
    "endless number": b'{"version": 1, "seed": ' + b"9" * 5000 + b"}",
    "long number": b'{"version": 1, "seed": ' + b"9" * 4000 + b"}",
    "overflow": b'{"version": 1, "camera": {"fov_deg": 1e999}}',
    "half a character": b'{"version": 1, "name": "\\ud800", "objects": {}}',
    "future version": b'{"version": 2}',
    "ancient version": b'{"version": 0}',
    "version in words": b'{"version": "one"}',
}


@pytest.mark.parametrize("content", NO_RECIPES.values(), ids=NO_RECIPES)
def test_files_that_are_no_recipes_are_refused(broken, content: bytes) -> None:
    problems = broken(content)
    assert all(len(problem[0]) < 600 for problem in problems)


def test_every_depth_between_fine_and_too_deep_is_refused(broken) -> None:
    """Reading, writing and validating give up at different depths."""
    for depth in (*range(180, 220, 4), *range(900, 1000, 10)):
        broken(b'{"version": 1, "name": ' + b"[" * depth + b"]" * depth + b"}")


# Sources that are no files


@pytest.mark.parametrize(
    "source", ["nothing", "", ".", "missing/recipe.json", "x" * 5000, "cube.json", "~/cube", "\n"]
)
def test_sources_that_name_nothing_are_refused(
    refused, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str
) -> None:
    monkeypatch.chdir(tmp_path)
    message = refused("generate", source, "--output", "out")
    assert "recipe" in message
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_recipe(refused, tmp_path: Path) -> None:
    (tmp_path / "recipe.json").mkdir()
    assert "recipe.json" in refused("sample", tmp_path / "recipe.json")


def test_an_unknown_preset_is_told(refused) -> None:
    assert "Did you mean cube" in refused("preset", "show", "cub")


# Arguments


@pytest.mark.parametrize(
    "arguments",
    [
        ["--scenes", "0"],
        ["--scenes", "-1"],
        ["--scenes", "1.5"],
        ["--scenes", "many"],
        ["--scenes", "1000000000000"],
        ["--scenes", "9" * 5000],
        ["--frames", "0"],
        ["--frames", "-3"],
        ["--frames", "1000000000000"],
        ["--scene-range", ""],
        ["--scene-range", "3"],
        ["--scene-range", ":"],
        ["--scene-range", "3:"],
        ["--scene-range", ":3"],
        ["--scene-range", "3:3"],
        ["--scene-range", "5:3"],
        ["--scene-range", "1:2:3"],
        ["--scene-range", "0.5:3"],
        ["--scene-range", "a:b"],
        ["--scene-range", "²:³"],
        ["--scene-range", "0:" + "9" * 12],
        ["--scene-range", "0:" + "9" * 5000],
        ["--scene-range=-2:3"],
        ["--scenes", "1", "--frames", "1"],
        ["--seed", "-1"],
        ["--seed", "x"],
        ["--seed", str(2**63)],
        ["--threads", "-1"],
        ["--threads", "two"],
        ["--unknown"],
        ["--set"],
        ["--set", "seed"],
        ["--set", "=1"],
        ["--set", "seed.a=1"],
        ["--set", "sede=1"],
        ["--set", "camera.fov_deg=wide"],
        ["--set", "camera.fov_deg={uniform:[1,2]}"],
        ["--set", "camera.fov_deg=NaN"],
        ["--set", "camera.fov_deg=1e999"],
        ["--set", ".".join(["a"] * 3000) + "=1"],
        ["--set", "name=" + "[" * 900 + "]" * 900],
        ["--set", "objects.cube=null"],
        ["--set", "objects.cube.shape=teapot"],
        ["--set", "version=2"],
    ],
    ids=lambda arguments: " ".join(arguments)[:40],
)
def test_arguments_that_cannot_be_used_are_refused(
    refused, tmp_path: Path, arguments: list[str]
) -> None:
    message = refused("generate", "cube", "--output", tmp_path / "out", *arguments)
    assert not (tmp_path / "out").exists()
    name = arguments[0].partition("=")[0]
    wanted = {"--set": ("--set", "problem"), "--seed": ("seed",)}.get(name, (name,))
    assert any(word in message for word in wanted), message


@pytest.mark.parametrize("scene", ["-1", "x", "1.5"])
def test_scenes_to_sample_that_cannot_be_are_refused(refused, scene: str) -> None:
    assert "--scene" in refused("sample", "cube", "--scene", scene)


@pytest.mark.parametrize("arguments", [[], ["paint"], ["generate"], ["generate", "cube"]])
def test_incomplete_commands_are_refused(refused, arguments: list[str]) -> None:
    assert "required" in refused(*arguments) or arguments == ["paint"]


def test_problems_are_events_for_programs(synth, tmp_path: Path) -> None:
    ended = synth("generate", "cube", "-o", tmp_path / "out", "--json", "--set", "sede=1")
    (event,) = ended.of("error")
    assert (event["exit_code"], event["kind"]) == (ended.code, "RecipeError") == (2, "RecipeError")
    (problem,) = event["problems"]
    assert (problem["path"], problem["value"]) == ("sede", "1")
    assert problem["remedy"] == "Did you mean seed?"


# Fuzzing


@st.composite
def damaged_texts(draw: st.DrawFn) -> bytes:
    text = bytearray(PRESETS[draw(st.sampled_from(sorted(PRESETS)))])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text) - 1))
        match draw(st.sampled_from(["replace", "delete", "insert", "cut"])):
            case "replace":
                text[at] = draw(st.integers(0, 255))
            case "delete":
                del text[at : at + draw(st.integers(1, 30))]
            case "insert":
                text[at:at] = draw(st.sampled_from([b'"', b"{", b"]", b",", b"-", b"9" * 40, b"."]))
            case "cut":
                del text[at:]
        if not text:
            return b""
    return bytes(text)


@st.composite
def damaged_data(draw: st.DrawFn) -> bytes:
    data = copy.deepcopy(FULL)
    values = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**30), 10**30),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=5),
        st.recursive(
            st.integers(-3, 3),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["uniform", "choice", "normal", "log_uniform", "tilt", "x"]),
                    inner,
                )
            ),
            max_leaves=6,
        ),
    )
    for _ in range(draw(st.integers(1, 3))):
        path, _ = draw(st.sampled_from([(p, v) for p, v in places(data) if p]))
        node = data
        for key in path[:-1]:
            node = node[key]
        if draw(st.booleans()):
            node[path[-1]] = draw(values)
        else:
            del node[path[-1]]
    return json.dumps(data).encode()


@settings(
    deadline=None,
    max_examples=250,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.one_of(damaged_texts(), damaged_data()))
def test_damaged_recipes_are_refused_or_fine(synth, write_recipe, content: bytes) -> None:
    source = write_recipe(content)
    ended = synth("sample", source)
    assert ended.code in {0, 2}
    assert (ended.code == 0) == bool(ended.out)
    assert (ended.code == 0) == (ended.err == "")
    if ended.code == 2 and ended.err.startswith("synth: 1 problem in"):
        assert PROBLEM.fullmatch(ended.err.splitlines()[1]), ended.err
