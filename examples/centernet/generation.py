"""The datasets of the example, made by the `synth` command."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def generate(recipe: Path, directory: Path, workers: int, overrides: Sequence[str]) -> None:
    """Make a dataset, or what is missing of it.

    Args:
        overrides: each as after `--set`.

    Raises:
        SystemExit: the command failed and said why.
    """
    command = [sys.executable, "-m", "synth_addon.cli", "generate", str(recipe)]
    command += ["--output", str(directory), "--workers", str(workers), "--resume"]
    command += [word for override in overrides for word in ("--set", override)]
    if code := subprocess.run(command, check=False).returncode:
        raise SystemExit(code)
