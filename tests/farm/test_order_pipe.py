"""Orders to a process that does not read keep nobody waiting, and come whole once it does."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from synth_addon.farm.order_pipe import OrderPipe
from synth_addon.farm.orders import ORPHANED

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="writes wait there")
LINES = [b"%d " % number + b"x" * 5000 + b"\n" for number in range(300)]


@pytest.fixture
def ends() -> Callable[[], tuple[OrderPipe, int]]:
    def make() -> tuple[OrderPipe, int]:
        reader, writer = os.pipe()
        return OrderPipe(os.fdopen(writer, "wb")), reader

    return make


def read_all(reader: int) -> bytes:
    with os.fdopen(reader, "rb") as pipe:
        return pipe.read()


def test_lines_come_in_their_order_although_nobody_reads_at_first(ends: object) -> None:
    assert callable(ends)
    pipe, reader = ends()
    for line in LINES:
        pipe.write(line)  # a pipe holds 64 KiB, these are 1.5 MB
    found: list[bytes] = []
    thread = threading.Thread(target=lambda: found.append(read_all(reader)))
    thread.start()
    end = time.monotonic() + 60
    while pipe._left and time.monotonic() < end:
        time.sleep(0.01)
    pipe.write(b"last\n")
    pipe.close()
    thread.join(60)
    assert found == [b"".join(LINES) + b"last\n"]


def test_what_is_left_goes_with_a_reader_that_is_gone(ends: object) -> None:
    assert callable(ends)
    pipe, reader = ends()
    for line in LINES:
        pipe.write(line)
    os.close(reader)
    end = time.monotonic() + 60
    while pipe._left:
        assert time.monotonic() < end, "is kept"
        time.sleep(0.01)
    pipe.write(b"more\n")
    assert not pipe._left
    pipe.close()
    pipe.write(b"after the end\n")


def test_a_worker_that_cannot_take_an_order_ends() -> None:
    code = (
        "import sys, time; from synth_addon.farm.orders import Orders\n"
        "orders = Orders(sys.stdin)\n"
        "def other(order): raise OSError('no such ring')\n"
        "orders.other = other\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], text=True, **pipes) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        _, errors = worker.communicate('{"ring": 1}\n', timeout=60)
    assert worker.returncode == ORPHANED
    assert "no such ring" in errors
