"""What the tests of exports by many processes share."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .conftest import command

MANY = ("--split", "train=0.7,val=0.3", "--option", "samples_per_shard=2")
"""A shard for each scene."""
SLOW = {"STAND_IN_FILE_DELAY_S": "0.2"}
"""Each shard takes 1.6 seconds."""


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def of(dataset: Path, out: Path, *more: object) -> list[object]:
    return ["export", dataset, "-f", "webdataset", "-o", out, *MANY, *more]


@contextmanager
def begun(arguments: list[object], variables: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Yield an export that runs."""
    process = subprocess.Popen(
        command(*arguments),
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_interrupts if os.name == "posix" else None,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _hear_interrupts() -> None:
    """Undo what shells do to programs in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def until(true: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def writers(out: Path) -> set[int]:
    """Return the processes of the tar files that are not finished."""
    hidden = out.with_name(f".{out.name}.unfinished")
    return {int(path.suffix[1:]) for path in hidden.glob(".unfinished.*")}


def lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
