"""A real disk that is soon full."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

LITTLE = 192 * 1024
"""Its bytes."""


@dataclass
class SmallDisk:
    """A folder on a disk that is soon full, and what gives it more space."""

    folder: Path
    free: Callable[[], None]


def mount_small(folder: Path) -> bool:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={LITTLE}", "synth-test", str(folder)],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[SmallDisk]:
    """A real small disk; only the superuser of a system that allows it can make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        possible = sys.platform == "linux" and mount_small(folder)
    except FileNotFoundError:
        possible = False
    if not possible:
        pytest.skip("this system mounts no tmpfs here; the simulated disk is tested in any case")

    def free() -> None:
        subprocess.run(["mount", "-o", "remount,size=256m", str(folder)], check=True)

    yield SmallDisk(folder, free)
    subprocess.run(["umount", str(folder)], check=True)
