"""One core for a process, as each worker has it where there are as many workers as cores.

A worker that may use idle cores is no measure of those that may not: it computes and waits on
several at once, such as in the denoiser, and takes half the time or twice the CPU time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keep this process' threads, and those that they start, on one core; only on Linux."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    _keep_on({max(before)})
    try:
        yield
    finally:
        _keep_on(before)


def _keep_on(cores: Set[int]) -> None:
    for thread in Path("/proc/self/task").iterdir():
        with suppress(ProcessLookupError):  # it has ended meanwhile
            os.sched_setaffinity(int(thread.name), cores)
