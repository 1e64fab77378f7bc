"""Pools of workers: the bytes of one process, whatever dies, hangs, or is too slow."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synth_addon.core.dataset.validate import validate_dataset

from .conftest import Synth, children, command

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
Hashed = Callable[[Path], str]


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


@pytest.mark.parametrize("workers", [1, 3])
def test_a_pool_makes_what_one_process_makes(
    synth: Synth, recipe: Path, whole: Path, hashed: Hashed, tmp_path: Path, workers: int
) -> None:
    out = tmp_path / "out"
    done = synth("generate", recipe, "-o", out, "--scenes", 24, "--workers", workers, "--json")
    assert done.returncode == 0, done.stderr
    assert hashed(out) == hashed(whole)
    assert list(validate_dataset(out)) == []
    told = events(done.stdout)
    assert (told[0]["event"], told[0]["frames"]) == ("start", 48)
    assert told[-1]["event"] == "done"
    assert told[-1]["frames"] == 48
    assert sum(event["event"] == "frame" for event in told) == 48


def test_shards_merge_to_the_same(
    synth: Synth, recipe: Path, whole: Path, hashed: Hashed, tmp_path: Path
) -> None:
    parts = [tmp_path / f"part {number}" for number in range(4)]
    for number, part in enumerate(parts):
        shard = ("--scenes", 24, "--shard", f"{number}/4")
        assert synth("generate", recipe, "-o", part, *shard).returncode == 0
    assert synth("merge", *parts, "-o", tmp_path / "merged").returncode == 0
    assert hashed(tmp_path / "merged") == hashed(whole)


@pytest.mark.parametrize("text", ["4/4", "1", "x/2", "-1/2"])
def test_a_shard_that_is_none_is_named(
    synth: Synth, recipe: Path, tmp_path: Path, text: str
) -> None:
    done = synth("generate", recipe, "-o", tmp_path / "out", "--scenes", 8, f"--shard={text}")
    assert done.returncode == 2
    assert "--shard" in done.stderr


@pytest.mark.parametrize("stage", ["computing", "settling", "building"])
def test_a_scene_that_ends_every_worker_is_set_aside(
    synth: Synth, recipe: Path, whole: Path, hashed: Hashed, tmp_path: Path, stage: str
) -> None:
    """And no other, although it may do so while its worker renders one before."""
    out = tmp_path / "out"
    arguments = ("generate", recipe, "-o", out, "--scenes", 24, "--workers", 2)
    done = synth(*arguments, STAND_IN_CRASH_ON="5", STAND_IN_STAGE=stage)
    assert done.returncode == 3
    assert "scene 5 is set aside" in done.stderr
    status = synth("status", out)
    assert "23 scenes of 24" in status.stdout
    assert "scene 5 was set aside: the process ended with status 139" in status.stdout
    assert status.stdout.count("set aside") == 1
    resumed = synth("resume", out)
    assert resumed.returncode == 0, resumed.stderr
    assert hashed(out) == hashed(whole)


@pytest.mark.parametrize("stage", ["computing", "settling", "building"])
def test_a_scene_that_hangs_is_ended_and_tried_elsewhere(
    synth: Synth, recipe: Path, tmp_path: Path, stage: str
) -> None:
    arguments = ("generate", recipe, "-o", tmp_path / "out", "--scenes", 12, "--workers", 2)
    done = synth(*arguments, "--scene-timeout", 2, STAND_IN_HANG_ON="3", STAND_IN_STAGE=stage)
    assert done.returncode == 3
    assert "a scene took more than 2 s" in done.stderr
    status = synth("status", tmp_path / "out").stdout
    assert "11 scenes of 12" in status
    assert "scene 3 was set aside" in status


def test_workers_are_replaced_when_they_are_worn(
    synth: Synth, recipe: Path, whole: Path, hashed: Hashed, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    arguments = ("generate", recipe, "-o", out, "--scenes", 24, "--workers", 2)
    done = synth(*arguments, "--recycle-scenes", 5, "--json")
    assert done.returncode == 0, done.stderr
    assert events(done.stdout)[-1]["replaced"] == 0
    assert hashed(out) == hashed(whole)


def test_ctrl_c_leaves_a_dataset_that_resumes(
    environment: dict[str, str],
    synth: Synth,
    recipe: Path,
    whole: Path,
    hashed: Hashed,
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    arguments = command("generate", recipe, "-o", out, "--scenes", 24, "--workers", 2, "--json")
    process = subprocess.Popen(
        arguments,
        env={**environment, "STAND_IN_DELAY_S": "0.2"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if '"frame"' in line and '"done": 6,' in line:
            break
    workers = children(process.pid)
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "--resume" in events(rest)[-1]["resume"]
    end = time.monotonic() + 10
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < end, "workers live on"
        time.sleep(0.05)
    assert synth("resume", out).returncode == 0
    assert hashed(out) == hashed(whole)


def test_a_coordinator_that_is_killed_leaves_what_resume_needs(
    environment: dict[str, str],
    synth: Synth,
    recipe: Path,
    whole: Path,
    hashed: Hashed,
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    arguments = command("generate", recipe, "-o", out, "--scenes", 24, "--workers", 2, "--json")
    process = subprocess.Popen(
        arguments,
        env={**environment, "STAND_IN_DELAY_S": "0.2"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    next(line for line in process.stdout if '"done": 6,' in line)
    os.kill(children(process.pid)[0], signal.SIGKILL)
    process.kill()
    process.communicate()
    assert "of 24" in synth("status", out).stdout
    resumed = synth("resume", out, "--json")
    assert resumed.returncode == 0, resumed.stderr
    told = events(resumed.stdout)
    assert sum(event["event"] == "frame" for event in told) == told[0]["frames"]
    assert hashed(out) == hashed(whole)


def test_a_full_disk_pauses_the_run(
    environment: dict[str, str], recipe: Path, tmp_path: Path
) -> None:
    arguments = ["generate", recipe, "-o", tmp_path / "out", "--scenes", 4, "--workers", 1]
    process = subprocess.Popen(
        command(*arguments, "--min-free-disk", 1e9),
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    line = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert "paused" in line
    assert "below --min-free-disk" in line


def test_workers_that_do_not_agree_are_refused(
    synth: Synth, recipe: Path, whole: Path, tmp_path: Path
) -> None:
    import shutil

    out = tmp_path / "out"
    shutil.copytree(whole, out)
    arguments = ("generate", recipe, "-o", out, "--scenes", 26, "--workers", 2, "--resume")
    done = synth(*arguments, STAND_IN_VERSION="reference 2")
    assert done.returncode == 2
    assert "renderer is" in done.stderr


@pytest.mark.parametrize("text", ["0", "many", "-1"])
def test_numbers_of_workers_are_checked(
    synth: Synth, recipe: Path, tmp_path: Path, text: str
) -> None:
    done = synth("generate", recipe, "-o", tmp_path / "out", f"--workers={text}")
    assert done.returncode == 2
    assert "--workers" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_bad_recipe_is_refused_before_any_worker(synth: Synth, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"version": 1, "objects": {}}')
    done = synth("generate", tmp_path / "bad.json", "-o", tmp_path / "out", "--workers", 2)
    assert done.returncode == 2
    assert not (tmp_path / "out").exists()
