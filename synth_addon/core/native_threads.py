"""How many threads Blender's libraries start beside those that render.

They start one for each core that they see when they are loaded, whatever number of render threads
is asked for, and idle ones spin: of a scene of `cup_clutter` on one render thread and two cores
they took up to a quarter of the CPU time. So the process sees few cores until it has loaded them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def few_native_threads(threads: int) -> Iterator[None]:
    """Let libraries that are loaded meanwhile start so many threads; 0 for one for each core.

    Afterwards the process may use all its cores again. Does nothing where the system cannot.
    """
    if threads < 1 or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    cores = sorted(before)
    first = os.getpid()  # workers that start together are spread over the cores
    os.sched_setaffinity(0, {cores[(first + n) % len(cores)] for n in range(threads)})
    try:
        yield
    finally:
        for task in os.listdir("/proc/self/task"):
            with suppress(ProcessLookupError):  # a thread that has ended
                os.sched_setaffinity(int(task), before)
