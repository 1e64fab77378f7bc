"""Runs the real command line in real processes."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCENES, VIEWS = 6, 2
SETTINGS = {
    "camera.width_px": 64,
    "camera.height_px": 48,
    "render.samples": 2,
    "render.denoise": "fast",
    "outputs.coverage": "true",
    "views_per_scene": VIEWS,
}


@dataclass(frozen=True)
class CommandLine:
    """The `synth` command of this checkout, and `cup_room` at a tiny size."""

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        words = [sys.executable, "-m", "synth_addon.cli", *map(str, arguments)]
        return subprocess.Popen(
            words, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def run(self, *arguments: str | Path) -> str:
        with self.start(*arguments) as process:
            out, errors = process.communicate()
        assert process.returncode == 0, errors
        return out

    def start_generate(self, folder: Path, *arguments: str) -> subprocess.Popen[str]:
        settings = [word for item in SETTINGS.items() for word in ("--set", "{}={}".format(*item))]
        return self.start("generate", "cup_room", "--output", folder, *settings, *arguments)

    def generate(self, folder: Path, *arguments: str) -> Path:
        with self.start_generate(folder, *arguments) as process:
            _, errors = process.communicate()
        assert process.returncode == 0, errors
        return folder

    def tree_hash(self, folder: Path) -> str:
        return self.run("hash", folder).strip()


@dataclass(frozen=True)
class Uninterrupted:
    """All scenes made in one go.

    Attributes:
        seconds: wall time from the first line of output, when the scenes begin, to the end.
    """

    folder: Path
    tree_hash: str
    seconds: float


@pytest.fixture(scope="session")
def command_line() -> CommandLine:
    return CommandLine()


@pytest.fixture(scope="session")
def whole(command_line: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> Uninterrupted:
    folder = tmp_path_factory.mktemp("whole") / "dataset"
    with command_line.start_generate(folder, "--scenes", str(SCENES)) as process:
        process.stdout.readline()
        began = time.monotonic()
        _, errors = process.communicate()
        seconds = time.monotonic() - began
    assert process.returncode == 0, errors
    return Uninterrupted(folder, command_line.tree_hash(folder), seconds)
