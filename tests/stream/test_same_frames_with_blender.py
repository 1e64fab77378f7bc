"""A stream of real Blenders has the frames that `synth generate` makes with one."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from synth_addon.core.dataset.validate import validate_dataset
from synth_addon.stream import launch

from .frame_hashes import hashes_of_dataset, hashes_of_stream

pytestmark = pytest.mark.slow

PRESET = "cup_room"
SCENES = 6
SIZE = ["camera.width_px=96", "camera.height_px=72", "views_per_scene=2"]
OUTPUTS = ["outputs.depth=exr"]
ENGINES = {
    "cycles": ["render.engine=CYCLES", "render.samples=2"],
    "workbench": ["render.engine=WORKBENCH"],
}


@pytest.mark.parametrize("engine", ENGINES)
def test_streams_have_the_frames_of_the_dataset(engine: str, tmp_path: Path) -> None:
    settings = [*SIZE, *OUTPUTS, *ENGINES[engine]]
    out = tmp_path / "out"
    words = [word for setting in settings for word in ("--set", setting)]
    command = [sys.executable, "-m", "synth_addon.cli", "generate", PRESET, "-o", out]
    subprocess.run([*command, "--scenes", str(SCENES), *words], check=True)
    assert validate_dataset(out) == []
    expected = hashes_of_dataset(out)
    assert max(Counter(expected).values()) == 1
    channels = ("image", "depth", "instances")
    for instances in (1, 2):
        options = {"overrides": settings, "scenes": SCENES, "channels": channels}
        with launch(PRESET, instances, **options) as stream:
            assert hashes_of_stream(stream.frames()) == expected
