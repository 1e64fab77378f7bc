"""Starts a stream that goes with the program that reads it."""

from __future__ import annotations

import logging
import os
import secrets
import sys
import threading
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..farm.json_process import JsonProcess
from .address import StreamAddress
from .claims import close_connection
from .errors import StreamError
from .stream import Stream

_TOKEN = "SYNTH_STREAM_TOKEN"
_START_S = 120.0
_END_S = 15.0
_LOG = logging.getLogger("synth.stream")


class LaunchedStream(Stream):
    """A stream whose processes end with it: on `close`, with the program, and if that is killed."""

    def __init__(self, address: StreamAddress, process: JsonProcess, started: _Started) -> None:
        super().__init__(address)
        self._process, self._started, self._owner = process, started, os.getpid()
        self._end = weakref.finalize(self, _end, process, os.getpid())

    def __reduce__(self) -> tuple[Any, ...]:
        return Stream, (self.address,)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the stream and all its Blenders."""
        self._end()
        close_connection(self.address)

    def _check(self) -> None:
        if not self._end.alive:
            raise StreamError(f"{self.address.url}: the stream was closed")
        if self._owner == os.getpid() and self._process.code is not None:
            self._process.wait(_END_S)
            raise StreamError(f"{self.address.url}: the stream has ended: {self._started.reason}")


def launch(
    source: str | Path | None = None,
    instances: int = 1,
    *,
    overrides: Sequence[str] = (),
    seed: int | None = None,
    scenes: int | None = None,
    channels: Sequence[str] = ("image",),
    queue: int = 16,
    lent: int | None = None,
    record: str | Path | None = None,
    script: str | Path | None = None,
    device: str | None = None,
    threads: int | None = None,
    blender: str | Path | None = None,
    python: str | Path = sys.executable,
    arguments: Sequence[str] = (),
) -> LaunchedStream:
    """Start a stream and return it; it renders while it is read.

    What happens to its Blenders, such as that one is replaced, is logged as ``synth.stream``.

    Args:
        source: a preset's name, a recipe's file, or a .blend file. With a script, a .blend file, or
            None for the scene that Blender starts with.
        instances: Blenders that render side by side.
        overrides: ``PATH=VALUE``, as with ``synth stream --set``.
        scenes: how many there are to be; without it there is no end.
        channels: arrays of each frame: image, depth, normals, instances, coverage, albedo.
        queue, lent: frames made ahead, and frames that readers may hold without a copy, batches
            that a loader has fetched ahead included; see ``synth stream --help``.
        record: folder of a dataset that keeps all finished scenes.
        script: a Python file that makes the frames, see docs/scripting.md.
        device, threads, blender: as with ``synth stream``.
        python: that has Synth installed; Blender too, unless `blender` is given.
        arguments: further ones of ``synth stream``.

    Raises:
        StreamError: it cannot be started; the text says why.
    """
    values = {
        "--instances": instances,
        "--channels": ",".join(channels),
        "--queue": queue,
        "--lent": lent,
        "--seed": seed,
        "--scenes": scenes,
        "--record": record,
        "--script": script,
        "--device": device,
        "--threads": threads,
        "--blender": blender,
    }
    words = [word for name, value in values.items() if value is not None for word in (name, value)]
    words += [word for override in overrides for word in ("--set", override)]
    module = f"{__package__.rpartition('.')[0]}.cli"
    command = [python, "-m", module, "stream", "--json", "--until-input-ends"]
    sources = [] if source is None else [source]
    return _launched([str(word) for word in (*command, *sources, *words, *arguments)])


def _launched(command: Sequence[str]) -> LaunchedStream:
    token = secrets.token_hex(16)
    started = _Started()
    process = JsonProcess(command, {_TOKEN: token}, started.take, started.ended, listens=True)
    started.wait()
    if not started.url:
        process.kill()
        process.wait(_END_S)
        raise StreamError(f"the stream could not be started: {started.reason}")
    return LaunchedStream(StreamAddress(started.url, token), process, started)


class _Started:
    """Waits until a stream tells its address, and passes on what it says later."""

    def __init__(self) -> None:
        self.url = self.reason = ""
        self._is_known = threading.Event()

    def take(self, message: Mapping[str, Any]) -> None:
        match message["event"]:
            case "stream":
                self.url = message["address"]
                self._is_known.set()
            case "error":
                self.reason = message["message"]
                _LOG.error("%s", message["message"])
            case "warning":
                _LOG.warning("%s", message["message"])

    def ended(self, process: JsonProcess) -> None:
        self.reason = self.reason or process.reason_of_end()
        self._is_known.set()

    def wait(self) -> None:
        if not self._is_known.wait(_START_S):
            self.reason = f"it has not told its address for {_START_S:.0f} s"


def _end(process: JsonProcess, owner: int) -> None:
    if os.getpid() != owner:
        return  # a fork's copy
    process.order({"stop": True})
    if not process.wait(_END_S):
        process.kill()
        process.wait(_END_S)
