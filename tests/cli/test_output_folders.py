"""Output folders that must not be written to stay exactly as they are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("without_blender")


@pytest.fixture
def source(least, write_recipe) -> Path:
    return write_recipe(least)


@pytest.fixture
def untouched(synth, snapshot, source: Path, tmp_path: Path) -> Callable[..., str]:
    """Return the function that demands a refusal which leaves all as it was."""

    def run(output: object, *arguments: object, code: int = 2) -> str:
        before = snapshot(tmp_path)
        ended = synth("generate", source, "--output", output, *arguments)
        assert ended.code == code, ended
        assert snapshot(tmp_path) == before
        assert ended.err.startswith(f"synth: {output}")
        return ended.err

    return run


def test_foreign_files_stay(untouched, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("years of work")
    for more in ([], ["--resume"]):
        message = untouched(tmp_path / "out", *more)
        assert "thesis.tex" in message
        assert "--output" in message


def test_foreign_folders_stay(untouched, tmp_path: Path) -> None:
    (tmp_path / "out" / "images").mkdir(parents=True)
    (tmp_path / "out" / "images" / "cat.png").write_bytes(b"meow")
    assert "images" in untouched(tmp_path / "out", "--resume")


@pytest.mark.parametrize(
    "change",
    ["camera.fov_deg=51", "seed=8", 'categories=["cube","cup"]', "outputs.depth=off"],
)
def test_datasets_of_another_recipe_stay(
    synth, untouched, source: Path, tmp_path: Path, change: str
) -> None:
    assert synth("generate", source, "--output", tmp_path / "out", "--scenes", 1).code == 0
    message = untouched(tmp_path / "out", "--resume", "--set", change)
    assert "was made differently" in message
    assert change.partition("=")[0] in message


def test_finished_scenes_stay(synth, untouched, source: Path, tmp_path: Path) -> None:
    assert synth("generate", source, "--output", tmp_path / "out", "--scenes", 1).code == 0
    assert "already holds scene 0" in untouched(tmp_path / "out")


def test_a_file_is_no_folder(untouched, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    assert "another --output" in untouched(tmp_path / "out")
    assert "another --output" in untouched(tmp_path / "out" / "below")


def test_a_name_too_long_is_refused(untouched, tmp_path: Path) -> None:
    assert "another --output" in untouched(tmp_path / ("x" * 5000))


def test_a_dead_link_is_refused(untouched, tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(tmp_path / "nothing" / "here")
    assert "another --output" in untouched(tmp_path / "out")


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format_version": 99}', "\0\0"])
def test_unreadable_datasets_stay(untouched, tmp_path: Path, content: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "dataset.json").write_text(content)
    assert "dataset.json" in untouched(tmp_path / "out", "--resume")


def refusing(path: str) -> Callable[..., int]:
    """Stand in for a folder without permission, which the superuser does not know."""
    allowed = os.open

    def opened(name, flags, *rest, **more):
        if flags & os.O_CREAT and os.fspath(name).startswith(path):
            raise PermissionError(13, "Permission denied", os.fspath(name))
        return allowed(name, flags, *rest, **more)

    return opened


def test_a_folder_without_permission_stays(
    untouched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    monkeypatch.setattr(os, "open", refusing(str(tmp_path / "out")))
    message = untouched(tmp_path / "out", code=4)
    assert "Permission denied" in message
    assert "Allow writing" in message


def test_a_parent_without_permission_is_refused(
    untouched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path, *_):
        raise PermissionError(13, "Permission denied", os.fspath(path))

    monkeypatch.setattr(os, "mkdir", denied)
    assert "Permission denied" in untouched(tmp_path / "a" / "b")
