"""A full disk ends the command cleanly; with space again, --resume completes the dataset."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.small_disk import LITTLE, SmallDisk

ROOT = Path(__file__).parents[2]
SCENES = 12


@pytest.fixture
def simulated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallDisk:
    """A disk that refuses whatever is flushed once it is full."""
    flush, left = os.fsync, LITTLE

    def limited(descriptor: int) -> None:
        nonlocal left
        left -= os.fstat(descriptor).st_size
        if left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", limited)

    def free() -> None:
        monkeypatch.setattr(os, "fsync", flush)

    folder = tmp_path / "disk"
    folder.mkdir()
    return SmallDisk(folder, free)


@pytest.mark.usefixtures("without_blender")
@pytest.mark.parametrize("kind", ["mounted", "simulated"])
def test_a_full_disk_is_told_and_can_be_resumed(
    request: pytest.FixtureRequest, synth, least, write_recipe, tmp_path: Path, kind: str
) -> None:
    disk: SmallDisk = request.getfixturevalue(kind)
    source, output = write_recipe(least), disk.folder / "out"
    arguments = ("--scenes", SCENES)
    ended = synth("generate", source, "--output", output, "--json", *arguments)
    assert ended.code == 4
    assert "Traceback" not in ended.err
    assert "No space left on device" in ended.err
    assert "Free space on this disk" in ended.err and "--resume" in ended.err
    assert ended.of("error")[0]["exit_code"] == 4
    left = [path.name for path in output.rglob(".tmp-*")]
    assert left == []

    disk.free()
    assert synth("generate", source, "--output", output, "--resume", *arguments).code == 0
    assert synth("validate", output).code == 0
    whole = tmp_path / "whole"
    assert synth("generate", source, "--output", whole, *arguments).code == 0
    assert synth("hash", output).out == synth("hash", whole).out


FULL_DISK = """
import errno, os, sys
left, flush = int(sys.argv[1]), os.fsync

def limited(descriptor):
    global left
    left -= os.fstat(descriptor).st_size
    if left < 0:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    flush(descriptor)

os.fsync = limited
sys.argv = ["synth", *sys.argv[2:]]
from synth_addon.cli import main
main()
"""


@pytest.mark.blender
def test_blender_ends_cleanly_on_a_full_disk(least, write_recipe, synth, tmp_path: Path) -> None:
    least["render"] = {"samples": 1, "denoise": "off"}
    source = str(write_recipe(least))

    def generate(space: int, output: Path, *more: str) -> subprocess.CompletedProcess[str]:
        arguments = ["generate", source, "--output", str(output), "--threads", "1", "--json", *more]
        return subprocess.run(
            [sys.executable, "-c", FULL_DISK, str(space), *arguments],
            cwd=ROOT,
            capture_output=True,
            check=False,
            text=True,
        )

    full = generate(30_000, tmp_path / "out")
    assert full.returncode == 4, full
    assert "Traceback" not in full.stderr
    assert "--resume" in full.stderr
    assert json.loads(full.stdout.splitlines()[-1])["kind"] == "StorageError"
    resumed = generate(10**9, tmp_path / "out", "--resume")
    assert resumed.returncode == 0, resumed
    assert generate(10**9, tmp_path / "whole").returncode == 0
    assert synth("hash", tmp_path / "out").out == synth("hash", tmp_path / "whole").out
