"""Shows how far a job is: a bar on a terminal, plain lines or JSON otherwise."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .console import Console

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

    from ..core.job import FrameDone

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def progress_of(console: Console, total: int) -> Iterator[Callable[[FrameDone], None]]:
    """Yield a listener that reports frames out of `total` as they are rendered."""
    if console.is_terminal:
        with _bar(console, total) as listener:
            yield listener
    else:
        yield lines_of(console, total)


@contextmanager
def _bar(console: Console, total: int) -> Iterator[Callable[[FrameDone], None]]:
    from rich.console import Console as RichConsole
    from rich.progress import Progress

    terminal = RichConsole(file=console.out)
    # what else is printed is Blender's, and has been sent away already
    with Progress(*columns_of_bar(), console=terminal, redirect_stdout=False) as progress:
        task = progress.add_task("rendering", total=total)

        def listener(done: FrameDone) -> None:
            progress.update(task, advance=1, description=f"scene {done.scene}")

        yield listener


def columns_of_bar() -> tuple[ProgressColumn, ...]:
    """Return what stands in the line of a bar: how many frames, how fast, how long yet."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        ProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Task as RichTask
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: RichTask) -> Text:
            return Text(f"{task.speed:.2f}/s" if task.speed else "")

    return (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("frames"),
        Rate(),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(),
    )


def lines_of(console: Console, total: int) -> Callable[[FrameDone], None]:
    """Return a listener that reports frames as lines and events."""
    start = time.monotonic()
    count, last = 0, start

    def listener(done: FrameDone) -> None:
        nonlocal count, last
        count += 1
        now = time.monotonic()
        console.event("frame", frame=done.frame, scene=done.scene, done=count, total=total)
        if count in (1, total) or now - last >= _SECONDS_BETWEEN_LINES:
            last = now
            left = (now - start) / count * (total - count)
            console.write(f"{count}/{total} frames, {now - start:.0f} s, {left:.0f} s left")

    return listener
