"""`synth stream` with Blender itself: it renders, is stopped by signals, and leaves nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from synth_addon.commands.arguments import INTERRUPTED
from synth_addon.stream import connect, launch

from .conftest import are_gone, children, descendants, wait_until

pytest.importorskip("bpy", reason="starts Blender")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.blender,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc"),
]
ROOT = Path(__file__).parents[2]
SMALL = ("camera.width_px=64", "camera.height_px=48", "render.samples=1")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_signal_ends_the_stream_and_its_blenders(number: signal.Signals) -> None:
    words = [word for setting in SMALL for word in ("--set", setting)]
    command = [sys.executable, "-m", "synth_addon.cli", "stream", "cube", "--json", *words]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    ) as process:
        assert process.stdout is not None
        address = json.loads(process.stdout.readline())["address"]
        frames = connect(address).frames()
        assert next(frames)["image"].shape == (48, 64, 3)
        below = descendants(process.pid)
        assert below
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED
    assert "Traceback" not in errors
    wait_until(lambda: are_gone(below))


def test_a_launched_stream_renders_and_is_gone_when_closed() -> None:
    before = {*children(os.getpid())}
    with launch("cube", overrides=SMALL, scenes=2) as stream:
        frames = [(frame["scene"], frame["image"].mean()) for frame in stream.frames()]
        started = [child for child in children(os.getpid()) if child not in before]
        below = started + descendants(started[0])
        assert len(below) >= 2
    assert [scene for scene, _ in frames] == sorted(scene for scene, _ in frames)
    assert {scene for scene, _ in frames} == {0, 1}
    assert all(0 < mean < 255 for _, mean in frames)
    wait_until(lambda: are_gone(below))
