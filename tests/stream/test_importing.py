"""What reading a stream needs: numpy and pyzmq, and PyTorch for its dataset alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OTHERS = (
    *("bpy", "mathutils", "pydantic", "pydantic_core", "PIL", "pycocotools", "OpenEXR", "embreex"),
    *("coacd", "rich", "h5py", "ray", "fsspec"),
)
BLOCK = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ImportError(f"{{name}} is blocked")
sys.meta_path.insert(0, Blocked())
"""


def run(code: str, *blocked: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BLOCK.format(names=blocked) + code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_streams_are_read_without_blender_and_torch() -> None:
    code = """
from synth_addon.stream import (
    LaunchedStream, Stream, StreamBatch, StreamError, StreamFrame, collate, connect, launch
)
assert "torch" not in sys.modules
try:
    from synth_addon.stream import StreamDataset
except ImportError as error:
    assert str(error) == "torch is blocked", error
else:
    raise AssertionError("imported without torch")
try:
    connect("nowhere")
except StreamError as error:
    print(error)
"""
    ran = run(code, "torch", *OTHERS)
    assert ran.returncode == 0, ran.stderr
    assert "nowhere: is no address of a stream" in ran.stdout


def test_the_dataset_needs_torch_alone() -> None:
    pytest.importorskip("torch")
    code = """
from synth_addon.stream import StreamDataset
assert issubclass(StreamDataset, sys.modules["torch"].utils.data.IterableDataset)
"""
    ran = run(code, *OTHERS)
    assert ran.returncode == 0, ran.stderr


def test_the_block_works() -> None:
    assert "pydantic is blocked" in run("import pydantic", "pydantic").stderr


def test_unknown_names_are_no_attributes() -> None:
    import synth_addon.stream

    with pytest.raises(AttributeError, match="has no attribute 'Strem'"):
        _ = synth_addon.stream.Strem
