"""Scratch folders vanish at close, and after a kill at the next start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from synth_addon.blender.scratch import ScratchFolder

_HOLD = """
import sys, time
from synth_addon.blender.scratch import ScratchFolder
sys.stdout.write(str(ScratchFolder().path) + "\\n")
sys.stdout.flush()
time.sleep(60)
"""


def test_close_removes_the_folder_and_its_files() -> None:
    scratch = ScratchFolder()
    (scratch.path / "passes.exr").write_bytes(b"x")
    scratch.close()
    assert not scratch.path.exists()


def test_a_killed_process_folder_goes_at_the_next_start_and_a_living_one_stays() -> None:
    holders = [
        subprocess.Popen([sys.executable, "-c", _HOLD], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        killed, living = (Path(holder.stdout.readline().strip()) for holder in holders)
        holders[0].kill()
        holders[0].wait()
        assert killed.exists()
        ScratchFolder().close()
        assert not killed.exists()
        assert living.exists()
    finally:
        for holder in holders:
            holder.kill()
            holder.wait()
            holder.stdout.close()
    ScratchFolder().close()
    assert not living.exists()
