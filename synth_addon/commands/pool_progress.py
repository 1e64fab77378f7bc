"""Shows what a pool does: a bar and a line for each worker on a terminal, else lines and events."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .console import Console
from .progress import columns_of_bar, lines_of
from .wording import counted

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.progress import Progress
    from rich.text import Text

    from ..core.job import FrameDone
    from ..farm.pool_worker import PoolWorker

_SHOWN_WORKERS = 24
_REFRESHES_A_SECOND = 4


class PoolLines:
    """Tells it as lines for people and events for programs.

    Args:
        views: frames of a scene.
    """

    def __init__(self, console: Console, views: int) -> None:
        self._console, self._views = console, views
        self._report: Callable[[FrameDone], None]
        self._workers: Callable[[], Sequence[PoolWorker]] = list

    def show(self, workers: Callable[[], Sequence[PoolWorker]]) -> None:
        """Show those workers from now on that there are, where there is a place to."""
        self._workers = workers

    def planned(self, scenes: int) -> None:
        total = scenes * self._views
        self._console.event("start", frames=total, scenes=scenes)
        self._console.write(f"{counted(scenes, 'scene')} to make, {counted(total, 'frame')}")
        self._report = self._reporter(total)

    def frame(self, frame: int, scene: int) -> None:
        from ..core.job import FrameDone

        self._report(FrameDone(frame, scene))

    def told(self, message: Mapping[str, Any]) -> None:
        values = {key: value for key, value in message.items() if key != "event"}
        self._console.event(message["event"], **values)
        if message["event"] == "convex_parts":
            self._console.write(
                f"splitting {values['mesh']} into convex parts, {values['number']} of "
                f"{values['total']}; kept for later"
            )

    def noticed(self, text: str) -> None:
        self._console.warn(text)

    def _reporter(self, total: int) -> Callable[[FrameDone], None]:
        return lines_of(self._console, total)


class _PoolScreen(PoolLines):
    """Tells it on a terminal, above a bar and the workers."""

    def __init__(self, console: Console, views: int, bar: Progress) -> None:
        super().__init__(console, views)
        self._bar = bar

    def picture(self) -> RenderableType:
        from rich.console import Group

        return Group(self._bar, _workers_text(self._workers()))

    def noticed(self, text: str) -> None:
        self._bar.console.print(text, markup=False, highlight=False)

    def _reporter(self, total: int) -> Callable[[FrameDone], None]:
        task = self._bar.add_task("rendering", total=total)

        def report(done: FrameDone) -> None:
            self._bar.update(task, advance=1)

        return report


@contextmanager
def pool_progress(console: Console, views: int) -> Iterator[PoolLines]:
    """Yield what is to be told of a pool.

    Args:
        views: frames of a scene.
    """
    if not console.is_terminal:
        yield PoolLines(console, views)
        return
    from rich.console import Console as RichConsole
    from rich.live import Live
    from rich.progress import Progress

    terminal = RichConsole(file=console.out)
    bar = Progress(*columns_of_bar(), console=terminal, auto_refresh=False)
    screen = _PoolScreen(console, views, bar)
    with Live(
        console=terminal,
        get_renderable=screen.picture,
        refresh_per_second=_REFRESHES_A_SECOND,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        yield screen


def _workers_text(workers: Sequence[PoolWorker]) -> Text:
    from rich.text import Text

    lines = [worker_line(worker, time.monotonic()) for worker in workers[:_SHOWN_WORKERS]]
    if len(workers) > _SHOWN_WORKERS:
        busy = sum(bool(worker.scenes) for worker in workers[_SHOWN_WORKERS:])
        lines.append(f"and {len(workers) - _SHOWN_WORKERS} more, {busy} of them at work")
    return Text("\n".join(lines))


def worker_line(worker: PoolWorker, now: float) -> str:
    """Return what a worker is doing, in one line.

    Args:
        now: by `time.monotonic`.
    """
    doing: str = worker.state if worker.state != "ready" else "waiting"
    if worker.state == "ready" and worker.scenes and worker.began is not None:
        doing = f"scene {worker.scenes[0]}, {now - worker.began:.0f} s"
    memory = f", {worker.memory_mib:.0f} MiB" if worker.memory_mib else ""
    return f"  worker {worker.number}: {doing}; {counted(worker.done, 'scene')} made{memory}"
