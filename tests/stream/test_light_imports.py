"""What training imports needs neither Blender nor the recipe's classes; torch only where said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKED = ["bpy", "mathutils", "pydantic", "pycocotools", "PIL", "torch", "embreex"]
MODULES = ["policies", "mixing", "replay_buffer", "batches", "targets"]
PROGRAM = """
import importlib, sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[2].split():
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Block())
importlib.import_module(sys.argv[1])
"""


@pytest.mark.parametrize("module", MODULES)
def test_it_imports_with_little(module: str) -> None:
    name = f"synth_addon.stream.{module}"
    command = [sys.executable, "-c", PROGRAM, name, " ".join(BLOCKED)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
