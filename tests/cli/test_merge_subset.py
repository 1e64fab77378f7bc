"""``synth merge`` and ``synth subset``: arguments, refusals, and the way there and back."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("without_blender")


@pytest.fixture
def whole(synth, least, write_recipe, tmp_path: Path) -> Path:
    folder = tmp_path / "whole"
    assert synth("generate", write_recipe(least), "-o", folder, "--scenes", 4).code == 0
    return folder


def test_parts_come_together_again(synth, whole: Path, tmp_path: Path) -> None:
    halves = [tmp_path / name for name in ("first", "second")]
    for folder, scenes in zip(halves, ("0:2", "2:9"), strict=True):
        assert synth("subset", whole, "-o", folder, "--scene-range", scenes).code == 0
    ended = synth("merge", *halves, "-o", tmp_path / "merged", "--json")
    assert ended.code == 0
    assert ended.of("done")[0]["scenes"] == 4
    assert synth("hash", tmp_path / "merged").out == synth("hash", whole).out
    assert synth("validate", tmp_path / "merged").code == 0


def test_all_parts_in_a_folder_come_together(synth, whole: Path, tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    for name, scenes in (("0", "0:2"), ("1", "2:4")):
        assert synth("subset", whole, "-o", parts / name, "--scene-range", scenes).code == 0
    (parts / "notes").mkdir()
    (parts / "notes.txt").write_text("mine")
    for _ in range(2):
        ended = synth("merge", "--parts", parts, "-o", tmp_path / "merged", "--resume")
        assert ended.code == 0
    assert synth("hash", tmp_path / "merged").out == synth("hash", whole).out


def test_parts_that_are_none_are_named(synth, refused, tmp_path: Path) -> None:
    assert "DATASET is missing" in refused("merge", "-o", tmp_path / "out")
    for folder in (tmp_path, tmp_path / "absent"):
        ended = synth("merge", "--parts", folder, "-o", tmp_path / "out")
        assert ended.code == 1
        assert f"{folder}: " in ended.err
    assert not (tmp_path / "out").exists()


def test_scenes_are_chosen_evenly_and_by_class(synth, whole: Path, tmp_path: Path) -> None:
    assert "2 scenes" in synth("subset", whole, "-o", tmp_path / "two", "--count", 2).out
    assert synth("subset", whole, "-o", tmp_path / "seen", "--class", "cube").code == 0


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--scene-range", "2-3"), "--scene-range"),
        (("--scene-range", "7:9"), "no scene"),
        (("--count", 0), "--count"),
        (("--class", "mug"), "It has cube"),
    ],
)
def test_what_cannot_be_chosen_is_named(
    refused, whole: Path, tmp_path: Path, arguments: tuple[object, ...], word: str
) -> None:
    assert word in refused("subset", whole, "-o", tmp_path / "out", *arguments)
    assert not (tmp_path / "out").exists()
