"""One recipe, one dataset: however the work is split, interrupted or threaded, to the byte."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from synth_addon.core.dataset.journal_index import read_index
from synth_addon.core.dataset.layout import COCO_FILE, JOURNAL_FILE, walk_format_folders

from .conftest import SCENES, VIEWS, CommandLine, Uninterrupted

KILLS = 20
KILLS_PER_DATASET = 2
MOST_DATASETS = 15  # for runs that end before they are killed


def test_every_output_is_there(whole: Uninterrupted) -> None:
    folders = Counter(path.split("/")[0] for path in walk_format_folders(whole.folder))
    frames = SCENES * VIEWS
    per_frame = ("images", "depth", "normals", "instances", "coverage", "frames")
    assert folders == {**dict.fromkeys(per_frame, frames), "scenes": SCENES, "coco": 1}


def test_dataset_is_valid(command_line: CommandLine, whole: Uninterrupted) -> None:
    command_line.run("validate", whole.folder)


@pytest.mark.parametrize("ranges", [("0:3", "3:6"), ("3:6", "0:3")])
def test_two_parts_make_the_whole(
    command_line: CommandLine, whole: Uninterrupted, tmp_path: Path, ranges: tuple[str, str]
) -> None:
    for part in ranges:
        command_line.generate(tmp_path / "parts", "--scene-range", part)
    assert command_line.tree_hash(tmp_path / "parts") == whole.tree_hash


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_change_nothing(
    command_line: CommandLine, whole: Uninterrupted, tmp_path: Path, threads: int
) -> None:
    folder = tmp_path / "threads"
    command_line.generate(folder, "--scenes", str(SCENES), "--threads", str(threads))
    assert command_line.tree_hash(folder) == whole.tree_hash


def test_last_scene_alone_equals_that_of_the_whole(
    command_line: CommandLine, whole: Uninterrupted, tmp_path: Path
) -> None:
    alone = command_line.generate(tmp_path / "alone", "--scene-range", f"{SCENES - 1}:{SCENES}")
    paths = [path for path in walk_format_folders(alone) if path != COCO_FILE]
    assert len(paths) == 6 * VIEWS + 1
    differing = [p for p in paths if (alone / p).read_bytes() != (whole.folder / p).read_bytes()]
    assert not differing


@pytest.mark.slow
def test_killed_and_resumed(
    command_line: CommandLine, whole: Uninterrupted, tmp_path: Path
) -> None:
    killer = _Killer(command_line, whole.seconds / SCENES)
    for number in range(MOST_DATASETS):
        folder = tmp_path / f"dataset{number}"
        for _ in range(KILLS_PER_DATASET):
            killer.start_and_kill(folder)
        command_line.generate(folder, "--scenes", str(SCENES), "--resume")
        assert command_line.tree_hash(folder) == whole.tree_hash
        if len(killer.deaths) >= KILLS:
            break
    print(f"\nkilled in mid-run: {len(killer.deaths)} of {killer.runs}")
    print(f"scenes finished by then: {sorted(death.finished for death in killer.deaths)}")
    print(f"files of unfinished scenes: {[death.leftovers for death in killer.deaths]}")
    assert len(killer.deaths) >= KILLS


@dataclass(frozen=True)
class _Death:
    """How far a run had come when it was killed: finished scenes, and files beyond theirs."""

    finished: int
    leftovers: int


class _Killer:
    """Kills runs at moments drawn evenly from the time that they would take.

    Args:
        pace: seconds that a scene takes, until a run that was not killed in time shows another.
    """

    def __init__(self, command_line: CommandLine, pace: float) -> None:
        self._command_line = command_line
        self._pace = pace
        self._draw = random.Random(2).random
        self.deaths: list[_Death] = []
        self.runs = 0

    def start_and_kill(self, folder: Path) -> None:
        """Start or resume a run of all scenes, and kill it somewhere between its first and last."""
        left = SCENES - _finished(folder)
        arguments = ("--scenes", str(SCENES), "--resume")
        with self._command_line.start_generate(folder, *arguments) as process:
            assert process.stdout.readline().startswith("cup_room")
            began = time.monotonic()
            try:
                process.wait(self._draw() * left * self._pace)
            except subprocess.TimeoutExpired:
                process.kill()
            process.wait()
        self.runs += 1
        finished = _finished(folder)
        assert finished >= SCENES - left, "a finished scene was lost"
        if process.returncode == -signal.SIGKILL and not _is_complete(folder):
            files = sum(1 for path in walk_format_folders(folder) if path != COCO_FILE)
            self.deaths.append(_Death(finished, files - finished * (6 * VIEWS + 1)))
        elif left:
            self._pace = (time.monotonic() - began) / left


def _finished(folder: Path) -> int:
    return len(read_index(folder / JOURNAL_FILE))


def _is_complete(folder: Path) -> bool:
    return _finished(folder) == SCENES and (folder / COCO_FILE).exists()
