"""One recipe, one dataset: however the work is split, interrupted or threaded, to the byte."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from synth_addon.core.dataset.journal import read_index
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
    draw = random.Random(2).random
    deaths: list[_Death] = []
    for number in range(MOST_DATASETS):
        folder = tmp_path / f"dataset{number}"
        finished = 0
        for _ in range(KILLS_PER_DATASET):
            left = (SCENES - finished) / SCENES
            deaths.append(_kill(command_line, folder, draw() * left * whole.seconds))
            assert deaths[-1].finished >= finished, "a finished scene was lost"
            finished = deaths[-1].finished
        command_line.generate(folder, "--scenes", str(SCENES), "--resume")
        assert command_line.tree_hash(folder) == whole.tree_hash
        if sum(death.in_mid_run for death in deaths) >= KILLS:
            break
    in_mid_run = [death for death in deaths if death.in_mid_run]
    print(f"\nkilled in mid-run: {len(in_mid_run)} of {len(deaths)}")
    print(f"scenes finished by then: {sorted(death.finished for death in in_mid_run)}")
    print(f"files of unfinished scenes on disk: {[death.leftovers for death in in_mid_run]}")
    assert len(in_mid_run) >= KILLS


class _Death:
    """How far a run had come when it was killed."""

    def __init__(self, folder: Path, status: int) -> None:
        self.finished = len(read_index(folder / JOURNAL_FILE).lines)
        files = sum(1 for path in walk_format_folders(folder) if path != COCO_FILE)
        self.leftovers = files - self.finished * (6 * VIEWS + 1)
        complete = self.finished == SCENES and (folder / COCO_FILE).exists()
        self.in_mid_run = status == -signal.SIGKILL and not complete


def _kill(command_line: CommandLine, folder: Path, seconds: float) -> _Death:
    """Start or resume a run and kill it so many seconds after it began with its scenes."""
    arguments = ("--scenes", str(SCENES), "--resume")
    with command_line.start_generate(folder, *arguments) as process:
        assert process.stdout.readline().startswith("cup_room")
        time.sleep(seconds)
        process.kill()
        process.wait()
    return _Death(folder, process.returncode)
