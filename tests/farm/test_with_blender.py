"""Blender itself in many processes: the same bytes on every way."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from synth_addon.core.dataset.tree_hash import hash_dataset
from synth_addon.core.dataset.validate import validate_dataset

from .conftest import ROOT, children, command, started

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX"),
]
SCENES = 6
SETTINGS = ("camera.width_px=64", "camera.height_px=48", "render.samples=2", "views_per_scene=2")
PLAIN = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}


def arguments(output: Path, *more: object) -> list[str]:
    words = ["generate", "cup_room", "-o", output, "--scenes", SCENES, *more]
    return command(*words, *(word for setting in SETTINGS for word in ("--set", setting)))


def run(output: Path, *more: object) -> str:
    """Generate and return the hash."""
    done = subprocess.run(
        arguments(output, *more), env=PLAIN, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return hash_dataset(output)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The hash of what one process makes."""
    return run(tmp_path_factory.mktemp("whole") / "out")


def test_two_workers(whole: str, tmp_path: Path) -> None:
    assert run(tmp_path / "out", "--workers", 2) == whole
    assert validate_dataset(tmp_path / "out") == []


def test_three_machines_of_ray(whole: str, tmp_path: Path) -> None:
    cluster = started({"PYTHONPATH": str(ROOT)})
    try:
        by_ray = ("--backend", "ray", "--address", cluster.address, "--workers", 3)
        assert run(tmp_path / "out", *by_ray) == whole
    finally:
        cluster.shutdown()


def test_four_shards(whole: str, tmp_path: Path) -> None:
    for number in range(4):
        run(tmp_path / "parts" / str(number), "--shard", f"{number}/4")
    merge = command("merge", "--parts", tmp_path / "parts", "-o", tmp_path / "merged")
    subprocess.run(merge, env=PLAIN, check=True)
    assert hash_dataset(tmp_path / "merged") == whole


@pytest.mark.parametrize("struck", ["a worker", "all"])
def test_killed_and_resumed(whole: str, tmp_path: Path, struck: str) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(
        arguments(out, "--workers", 2, "--json"), env=PLAIN, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    next(line for line in process.stdout if '"done": 4,' in line)
    workers = children(process.pid)
    os.kill(workers[0], signal.SIGKILL)
    if struck == "all":
        process.kill()
        for worker in workers[1:]:
            os.kill(worker, signal.SIGKILL)
    process.communicate()
    assert (process.returncode == 0) == (struck == "a worker")
    assert run(out, "--workers", 2, "--resume") == whole
