"""Commands to scripts: answered between frames, and always, also when the instance dies."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from synth_addon.stream import LaunchedStream, Stream, StreamError
from synth_addon.stream.claims import process_connection

from .conftest import Scripted, wait_until
from .scripts import streamed, written

pytest.importorskip("bpy", reason="bpy is not installed")
pytestmark = [
    pytest.mark.blender,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc"),
]
ANSWERING = """
import os, time
count = 0

@script.on_command
def answer(body):
    global count
    count += 1
    match body:
        case {"sleep": seconds}:
            time.sleep(seconds)
        case {"fail": _}:
            raise RuntimeError("as you wish")
        case {"send": _}:
            return {1}
        case {"render": angle}:
            cube.rotation_euler.z = angle
            return script.render()
        case {"exit": _}:
            os._exit(3)
        case {"echo": value}:
            return value
    return {"count": count, "process": os.getpid()}
"""
FRAMES = """
@script.pre_frame
def turn(frame):
    cube.rotation_euler = frame.random.uniform(0, 3, 3)
"""


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LaunchedStream]:
    """Two instances that render nothing by themselves."""
    with streamed(written(tmp_path_factory.mktemp("script"), ANSWERING), instances=2) as stream:
        yield stream


def test_values_and_arrays_go_there_and_back(stream: Stream) -> None:
    array = np.linspace(0, 1, 6, dtype=np.float32).reshape(2, 3)
    value = {"array": array, "list": [1, None, "x", {"y": 2.5}], "true": True}
    back = stream.command({"echo": value})
    assert back.pop("array").tobytes() == array.tobytes()
    assert back == {key: item for key, item in value.items() if key != "array"}
    long = np.zeros((600, 1000), np.uint8)
    assert stream.command({"echo": long}).shape == long.shape


def test_each_instance_has_a_state_of_its_own(stream: Stream) -> None:
    counts = [[stream.command({}, instance) for _ in range(3)] for instance in (0, 1)]
    for replies in counts:
        first = replies[0]["count"]
        assert [reply["count"] for reply in replies] == [first, first + 1, first + 2]
    assert len({replies[0]["process"] for replies in counts}) == 2


def test_pictures_are_rendered_on_command(stream: Stream) -> None:
    straight, turned = (stream.command({"render": angle}) for angle in (0.0, 0.7))
    assert straight.shape == (24, 32, 3)
    assert straight.dtype == np.uint8
    assert (straight != turned).any()
    assert (straight == stream.command({"render": 0.0}, instance=1)).all()


def test_faults_come_back_and_the_instance_goes_on(stream: Stream) -> None:
    with pytest.raises(StreamError, match=r"made\.py, line \d+, in on_command answer: Runtime.*as"):
        stream.command({"fail": 1})
    with pytest.raises(StreamError, match="reply: a set cannot be sent"):
        stream.command({"send": 1})
    assert stream.command({"echo": 7}) == 7
    assert stream.statistics()["replaced"] == 0


def test_commands_that_cannot_be_passed_on(stream: Stream) -> None:
    with pytest.raises(StreamError, match="instance 2: there are 0 to 1"):
        stream.command({}, instance=2)
    with pytest.raises(StreamError, match=r"a command of \d+ bytes; the most are 1048576"):
        stream.command("x" * (1 << 20))
    with pytest.raises(TypeError, match="body: a set cannot be sent"):
        stream.command({1})


def test_a_script_that_makes_no_frames_has_none_to_read(stream: Stream) -> None:
    with pytest.raises(StreamError, match="makes no frames by itself"):
        next(stream.frames())
    with pytest.raises(StreamError, match="There are none: declare them"):
        stream.update({"x": 1})


@pytest.mark.slow
@pytest.mark.parametrize("way", ["killed", "exits"])
def test_a_command_whose_instance_dies_fails_and_the_next_is_answered(
    tmp_path: Path, way: str
) -> None:
    with streamed(written(tmp_path, ANSWERING)) as stream:
        process = stream.command({})["process"]
        if way == "killed":
            threading.Timer(0.5, os.kill, (process, signal.SIGKILL)).start()
        began = time.monotonic()
        with pytest.raises(StreamError, match="instance 0 has ended before it answered"):
            stream.command({"sleep": 60} if way == "killed" else {"exit": 1})
        assert time.monotonic() - began < 20
        reply = stream.command({})
        assert reply["count"] == 1
        assert reply["process"] != process
        assert stream.statistics()["replaced"] == 1


def test_commands_are_answered_while_nobody_reads_and_between_frames(tmp_path: Path) -> None:
    with streamed(written(tmp_path, ANSWERING + FRAMES), queue=2) as stream:
        assert stream.command({"echo": 1}) == 1
        frames = stream.frames()
        for number in range(8):
            assert next(frames)["frame"] == number
            assert stream.command({"echo": number}) == number
        time.sleep(1)
        assert stream.command({"echo": 2}) == 2


def test_a_slow_command_is_waited_for(tmp_path: Path) -> None:
    options = ("--instance-timeout", "3")
    with streamed(written(tmp_path, ANSWERING), words=options) as stream:
        with process_connection(stream.address) as connection:
            connection._patience_s = 3.0
        assert stream.command({"sleep": 5})["count"] == 1


def test_a_stream_that_has_ended_says_why(tmp_path: Path) -> None:
    with streamed(written(tmp_path, ANSWERING + "fail()")) as stream:
        wait_until(lambda: stream._process.code is not None)
        began = time.monotonic()
        for ask in (lambda: stream.command({}), lambda: next(stream.frames())):
            with pytest.raises(StreamError, match=r"made\.py, line \d+, in the script: NameError"):
                ask()
        assert time.monotonic() - began < 5


def test_a_stream_without_script_says_so(scripted: Callable[..., Scripted]) -> None:
    stream = scripted("--frames", 4).connect()
    with pytest.raises(StreamError, match="takes no commands"):
        stream.command({})
