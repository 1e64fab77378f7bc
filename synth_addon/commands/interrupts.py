"""Ctrl-C while Blender renders, and SIGTERM, by which clusters and farms take a machine back.

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
    """Note the first signal, end the process at the second.

    Yields:
        A function that raises `KeyboardInterrupt` if there has been one.
    """
    seen = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal seen
        if seen:
            os._exit(INTERRUPTED)
        seen = True
        again = "press Ctrl-C again to stop at once" if number == signal.SIGINT else "asked to end"
        sys.stderr.write(f"synth: stopping after this frame; {again}\n")

    def check() -> None:
        if seen:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield check
    finally:
        for number, handler in before.items():
            # None stands for a handler of Blender's own, which Python cannot set again
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
