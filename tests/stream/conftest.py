"""Streams of scripted instances, which render nothing, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from synth_addon.stream import Stream, connect

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "scripted_stream.py"


class Scripted:
    """A stream whose pictures carry their hash.

    Attributes:
        process: of the broker.
        told: all events that it has written.
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
        self.told: list[dict[str, Any]] = []
        assert self.process.stdout is not None
        self.told.append(json.loads(self.process.stdout.readline()))
        self.address = self.told[0]["address"]
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told.append(json.loads(line))

    def connect(self) -> Stream:
        return connect(self.address)

    def warnings(self) -> list[str]:
        return [event["message"] for event in self.told if event["event"] == "warning"]

    def instances(self) -> list[int]:
        return children(self.process.pid)

    def close(self) -> None:
        if self.process.poll() is None:
            assert self.process.stdin is not None
            self.process.stdin.close()
            self.process.wait(30)
        self._reader.join(30)
        for pipe in (self.process.stdout, self.process.stderr, self.process.stdin):
            assert pipe is not None
            pipe.close()


def children(process: int) -> list[int]:
    """Return the processes that a process has started and that run."""
    text = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(word) for word in text.split()]


def wait_until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
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


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[Callable[..., Scripted]]:
    """Return the function that starts a scripted stream; words are arguments of its script."""
    begun: list[Scripted] = []

    def begin(*words: object, **environment: str) -> Scripted:
        begun.append(Scripted(tmp_path, *words, environment=environment))
        return begun[-1]

    yield begin
    for stream in begun:
        stream.close()
