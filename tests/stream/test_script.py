"""Scripts that make the frames of a stream, in Blender."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synth_addon.stream import LaunchedStream, StreamError

from .conftest import wait_until
from .scripts import streamed, written

bpy = pytest.importorskip("bpy", reason="bpy is not installed")
pytestmark = [
    pytest.mark.blender,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc"),
]
EXAMPLE = Path(__file__).parents[2] / "examples" / "cube" / "cube.py"
TURNING = """
@script.pre_frame
def turn(frame):
    cube.rotation_euler = frame.random.uniform(0, 3, 3)

@script.post_frame
def publish(frame):
    frame.publish(turn=cube.rotation_euler, xy=frame.pixels_of(cube))
"""


def silhouette(picture: Any) -> tuple[list[float], list[float]]:
    """Return left, top and right, bottom of what differs from the background."""
    rows, columns = np.nonzero(np.abs(picture.astype(int) - picture[0, 0]).max(2) > 8)
    return [columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]


def test_the_cube_is_where_its_corners_are_said_to_be(tmp_path: Path) -> None:
    blend = tmp_path / "cube.blend"
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    bpy.context.scene.render.resolution_percentage = 5
    bpy.ops.wm.save_as_mainfile(filepath=str(blend), check_existing=False)
    with streamed(EXAMPLE, source=blend, sized=False) as stream:
        for frame in stream.frames(3):
            xy = frame["annotation"]["xy"]
            assert frame["image"].shape == (54, 96, 3)
            assert (xy.shape, xy.dtype) == ((8, 2), np.float64)
            left_top, right_bottom = silhouette(frame["image"])
            assert xy.min(0) == pytest.approx(left_top, abs=1)
            assert xy.max(0) == pytest.approx(right_bottom, abs=1)


def made(script: Path, frames: int, **options: Any) -> dict[int, tuple[bytes, bytes]]:
    """Return pixels and corners of frames by number."""
    with streamed(script, scenes=frames, **options) as stream:
        return {
            frame["frame"]: (frame["image"].tobytes(), frame["annotation"]["xy"].tobytes())
            for frame in stream.frames()
        }


@pytest.mark.slow
def test_the_same_seed_makes_the_same_frames_in_any_number_of_instances(tmp_path: Path) -> None:
    script = written(tmp_path, TURNING)
    alone = made(script, 10, seed=5)
    assert len(set(alone.values())) == len(alone) == 10
    assert made(script, 10, seed=5, instances=2) == alone
    other = made(script, 3, seed=6)
    assert not set(other.values()) & set(alone.values())


def test_parameters_change_while_the_stream_runs(tmp_path: Path) -> None:
    script = written(
        tmp_path,
        """
        knobs = script.parameters(height=0.0)

        @script.post_frame
        def publish(frame):
            frame.publish(height=knobs.height)
        """,
    )
    with streamed(script, overrides=["height=2"], queue=4) as stream:
        frames = stream.frames()
        assert next(frames)["annotation"] == {"height": 2}
        assert stream.update({"height": 3.5}) == 1
        newer = next(frame for frame in frames if frame["version"] == 1)
        assert newer["annotation"] == {"height": 3.5}
        with pytest.raises(StreamError, match="hight: the script has no such parameter"):
            stream.update({"hight": 1})
        with pytest.raises(StreamError, match="height: 'x' is text"):
            stream.update({"height": "x"})


FAULTS = [
    ("x = 1\nfail()", r"made\.py, line 9, in the script: NameError: name 'fail'"),
    (
        "@script.pre_frame\ndef turn(frame):\n    if frame.number == 2:\n        fail()",
        r"made\.py, line 11, in pre_frame turn of frame 2: NameError",
    ),
    (
        "scene.camera = None\n@script.pre_frame\ndef turn(frame):\n    pass",
        r"scene 'Scene' has no camera",
    ),
    (
        "@script.pre_frame\ndef grow(frame):\n    cube.select_set(True)\n"
        "    scene.render.use_border = scene.render.use_crop_to_border = True\n"
        "    scene.render.border_max_x = 0.5",
        r"made\.py: a picture of 16 x 24 pixels; those before had 32 x 24",
    ),
]


@pytest.mark.parametrize(("text", "message"), FAULTS)
def test_a_fault_ends_the_stream_with_its_message(
    tmp_path: Path, text: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    with streamed(written(tmp_path, text)) as stream, pytest.raises(StreamError, match=message):
        for _ in stream.frames():
            pass
    assert message.split(":")[0].replace("\\", "")[:12] in caplog.text


def test_what_a_script_prints_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    script = written(tmp_path, "print('look', 7)\n" + TURNING)
    with caplog.at_level(logging.WARNING, "synth.stream"), streamed(script, scenes=1) as stream:
        assert [frame["frame"] for frame in stream.frames()] == [0]
        wait_until(lambda: "instance 0: look 7" in caplog.text)


def test_no_instance_is_blamed_for_readers_that_pause(tmp_path: Path) -> None:
    options = ("--scene-timeout", "1")
    with streamed(written(tmp_path, TURNING), queue=2, words=options) as stream:
        frames = stream.frames()
        seen = [next(frames)["frame"]]
        time.sleep(4)
        seen += [next(frames)["frame"] for _ in range(6)]
        assert seen == list(range(7))
        assert replaced(stream) == 0


def replaced(stream: LaunchedStream) -> int:
    return int(stream.statistics()["replaced"])


@pytest.mark.slow
def test_the_example_trains() -> None:
    pytest.importorskip("torch", reason="torch is not installed for this Blender")
    done = subprocess.run(
        [sys.executable, str(EXAMPLE.with_name("train.py")), "3"],
        env={**os.environ, "PYTHONPATH": str(EXAMPLE.parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"(step \d: corners are off by [\d.]+ pixels\n){3}", done.stdout)
