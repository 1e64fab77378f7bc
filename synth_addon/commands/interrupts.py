"""Ctrl-C while Blender renders.

Blender swallows an interrupt that arrives inside its own calls, so it is noted and acted on after
the frame.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from .arguments import INTERRUPTED


@contextmanager
def noted_interrupts() -> Iterator[Callable[[], None]]:
    """Note the first Ctrl-C, end the process at the second.

    Yields:
        A function that raises `KeyboardInterrupt` if there has been one.
    """
    seen = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal seen
        if seen:
            os._exit(INTERRUPTED)
        seen = True
        sys.stderr.write("synth: stopping after this frame; press Ctrl-C again to stop at once\n")

    def check() -> None:
        if seen:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield check
    finally:
        # None stands for a handler of Blender's own, which Python cannot set again
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
