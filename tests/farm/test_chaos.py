"""Faults at random moments: no frame lost, none doubled, none half-written.

`benchmarks/chaos.py` runs the same for longer, and with Blender.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from synth_addon.core.dataset.validate import validate_dataset
from tests.small_disk import SmallDisk

from .chaos import Chaos
from .conftest import Synth, command

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.path.isdir("/proc"), reason="processes are found in /proc"),
]
FAULTS = 100
SCENES = 400


def test_a_hundred_faults_lose_nothing(
    environment: dict[str, str],
    synth: Synth,
    recipe: Path,
    hashed: Callable[[Path], str],
    tmp_path: Path,
) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert synth("generate", recipe, "-o", whole, "--scenes", SCENES).returncode == 0
    arguments = ("generate", recipe, "-o", out, "--scenes", SCENES, "--workers", 3, "--resume")
    chaos = Chaos(
        command(*arguments, "--worker-timeout", 3),
        {**environment, "STAND_IN_DELAY_S": "0.03"},
        out,
        seed=11,
    )
    chaos.run(FAULTS)
    print(chaos.counts)
    assert sum(chaos.counts.values()) >= FAULTS
    assert len(chaos.counts) >= 5
    assert hashed(out) == hashed(whole)
    assert list(validate_dataset(out)) == []


def test_a_full_disk_ends_the_run_and_loses_nothing(
    synth: Synth, recipe: Path, whole: Path, hashed: Callable[[Path], str], mounted: SmallDisk
) -> None:
    out = mounted.folder / "out"
    arguments = ("generate", recipe, "-o", out, "--scenes", 24, "--workers", 2)
    arguments += ("--min-free-disk", 0)  # to find out by writing
    done = synth(*arguments)
    assert done.returncode == 4
    assert "No space left" in done.stderr
    mounted.free()
    assert synth(*arguments, "--resume").returncode == 0
    assert hashed(out) == hashed(whole)


def test_a_folder_that_cannot_be_written_is_named(
    synth: Synth, recipe: Path, mounted: SmallDisk
) -> None:
    import subprocess

    subprocess.run(["mount", "-o", "remount,ro", str(mounted.folder)], check=True)
    done = synth("generate", recipe, "-o", mounted.folder / "out", "--workers", 2)
    assert done.returncode in (2, 4)
    assert "Read-only" in done.stderr
    assert "Traceback" not in done.stderr
