"""Streams of scripted instances, which render nothing, in processes of their own."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synth_addon.stream import Stream, connect
from synth_addon.stream.address import StreamAddress

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "scripted_stream.py"


class Far(StreamAddress):
    """The address of a stream whose memory is not shared."""

    @property
    def is_local(self) -> bool:
        return False


class Scripted:
    """A stream whose pictures carry their hash.

    Attributes:
        process: of the broker.
        token: that its readers are to know.
        told: all events that it has written, and `errors` what else.
    """

    def __init__(self, folder: Path, *words: object, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), "--checked", *map(str, words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, **environment},
            text=True,
        )
        self.token = environment.get("SYNTH_STREAM_TOKEN", "")
        self.told: list[dict[str, Any]] = []
        self.errors: list[str] = []
        assert self.process.stdout is not None
        self.told.append(json.loads(self.process.stdout.readline()))
        self.address = self.told[0]["address"]
        self._readers = [
            threading.Thread(target=read, daemon=True) for read in (self._read, self._read_errors)
        ]
        for reader in self._readers:
            reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told.append(json.loads(line))

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self.errors.extend(self.process.stderr)

    def connect(self, *, is_far: bool = False) -> Stream:
        return self.connect_at(self.address, self.token, is_far=is_far)

    @staticmethod
    def connect_at(address: str, token: str = "", *, is_far: bool = False) -> Stream:
        if is_far:
            return Stream(Far(address, token))
        return connect(address, token=token)

    def warnings(self) -> list[str]:
        return [event["message"] for event in self.told if event["event"] == "warning"]

    def has_warned(self, text: str) -> bool:
        return any(text in warning for warning in self.warnings())

    def instances(self, count: int = 0) -> list[int]:
        """Return the processes of instances, once there are so many."""
        wait_until(lambda: len(children(self.process.pid)) >= count)
        return children(self.process.pid)

    def wait_ready(self) -> None:
        wait_until(lambda: any(event["event"] == "ready" for event in self.told))

    def close(self) -> None:
        if self.process.poll() is None:
            assert self.process.stdin is not None
            # a fork may hold the other end of the pipe, so that closing it would tell nothing
            self.process.stdin.write('{"stop": true}\n')
            self.process.stdin.close()
            self.process.wait(30)
        for reader in self._readers:
            reader.join(30)
        for pipe in (self.process.stdout, self.process.stderr, self.process.stdin):
            assert pipe is not None
            pipe.close()


def children(process: int) -> list[int]:
    """Return the processes that a process has started and that run."""
    found: list[int] = []
    with suppress(OSError):  # it has ended
        for task in Path(f"/proc/{process}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return [child for child in found if is_running(child)]


def descendants(process: int) -> list[int]:
    """Return the same with the processes that these have started."""
    below = children(process)
    return below + [other for child in below for other in descendants(child)]


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something holds; fail if it does not come to."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def are_gone(processes: list[int]) -> bool:
    return not any(is_running(process) for process in processes)


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[Callable[..., Scripted]]:
    """Return the function that starts a scripted stream; words are arguments of its script.

    All its processes must be gone at the end, and no file be left.
    """
    begun: list[Scripted] = []
    before = _leftovers()

    def begin(*words: object, **environment: str) -> Scripted:
        begun.append(Scripted(tmp_path, *words, environment=environment))
        return begun[-1]

    yield begin
    below = [child for stream in begun for child in descendants(stream.process.pid)]
    for stream in begun:
        stream.close()
    wait_until(lambda: are_gone(below))
    assert _leftovers() <= before


def _leftovers() -> set[str]:
    """Return what a stream could leave behind on this machine."""
    folders = (Path("/dev/shm"), Path(tempfile.gettempdir()))
    return {
        str(file)
        for folder in folders
        if folder.is_dir()
        for file in folder.glob("*synth*")
        if file.name.startswith(("synth-ring", "synth_ring", "synth-stream"))
    }


@pytest.fixture
def stopped() -> Iterator[Callable[[int], None]]:
    """Return the function that stops a process; it goes on at the end at the latest."""
    processes: list[int] = []

    def stop(process: int) -> None:
        os.kill(process, signal.SIGSTOP)
        processes.append(process)

    yield stop
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGCONT)


def checked(batch: Any) -> list[int]:
    """Return the numbers of a batch's frames, all pictures compared with their hashes."""
    for picture, annotation, frame in zip(
        batch["image"], batch["annotation"], batch["frame"], strict=True
    ):
        assert annotation["frame"] == frame
        assert hashlib.sha256(np.asarray(picture).tobytes()).hexdigest() == annotation["sha256"]
    return list(batch["frame"])


def frames_of(batches: Iterable[Any]) -> list[int]:
    return [frame for batch in batches for frame in checked(batch)]
