"""How a background Blender is told to generate what a .blend file says."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import bpy

BATCH_FILE = Path(__file__).resolve().parents[1] / "batch.py"


def worker_command(file: str, arguments: Sequence[str]) -> list[str]:
    """Return the command line of a process that runs ``synth generate`` on a .blend file.

    Where Blender is a Python module, that is this Python with the command line as a module.
    """
    if not bpy.app.binary_path:
        package = __package__.rpartition(".")[0]
        return [sys.executable, "-m", f"{package}.cli", "generate", file, *arguments]
    blender = [bpy.app.binary_path, "--background", "--disable-autoexec", file]
    return [*blender, "--python", str(BATCH_FILE), "--", "generate", *arguments]


def as_text(command: Sequence[str]) -> str:
    """Return a command line as one types it into a shell."""
    return shlex.join(command)
