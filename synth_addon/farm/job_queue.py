"""Jobs one after the other: the next starts when the one before has ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from .worker_process import Progress, WorkerProcess


@dataclass(frozen=True)
class QueuedJob:
    """A job that waits.

    Attributes:
        output: its dataset's folder.
        cost_key: the settings that decide most of what a frame costs.
        start: starts its process; told whether to keep what is finished already.
        discard: removes what was made for it; called once, when it has ended or was cancelled.
    """

    output: str
    cost_key: str
    start: Callable[[bool], WorkerProcess]
    discard: Callable[[], None]


RESTARTS = 2
"""How often a job whose process died is taken up again by a new one."""


class JobQueue:
    """Runs jobs in the order in which they were added."""

    def __init__(self) -> None:
        self._waiting: deque[QueuedJob] = deque()
        self._job: QueuedJob | None = None
        self._process: WorkerProcess | None = None
        self._last = Progress()
        self._deaths = 0

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return len(self._waiting)

    @property
    def output(self) -> str:
        """The dataset of the job that runs, or ran last."""
        return self._job.output if self._job is not None else ""

    @property
    def cost_key(self) -> str:
        """What the cost of the frames of that job hangs on."""
        return self._job.cost_key if self._job is not None else ""

    @property
    def is_active(self) -> bool:
        """Whether a job runs or waits."""
        return bool(self._waiting) or (self._process is not None)

    def add(self, job: QueuedJob) -> None:
        """Put a job at the end."""
        self._waiting.append(job)
        self.advance()

    def advance(self) -> Progress:
        """Start the next job if none runs, and return how far the running or last one is."""
        if self._process is not None:
            self._last = self._process.progress
            if not self._process.is_active:
                if self._process.has_died and self._deaths < RESTARTS:
                    return self._restart()
                self._finish()
        if self._process is None and self._waiting:
            self._job = self._waiting.popleft()
            self._process, self._deaths = self._job.start(False), 0
            self._last = self._process.progress
        return self._last

    def cancel(self) -> None:
        """Drop what waits and ask what runs to stop after its frame."""
        while self._waiting:
            self._waiting.pop().discard()
        if self._process is not None:
            self._process.interrupt()

    def close(self) -> None:
        """End everything at once; datasets can be resumed."""
        while self._waiting:
            self._waiting.pop().discard()
        if self._process is not None:
            self._process.kill()
            self._last = self._process.progress
            self._finish()

    def _restart(self) -> Progress:
        assert self._job is not None
        self._deaths += 1
        self._process = self._job.start(True)
        message = f"{self._last.message}. Started again, {self._deaths} of {RESTARTS} times"
        self._last = replace(self._process.progress, message=message)
        return self._last

    def _finish(self) -> None:
        assert self._job is not None
        self._job.discard()
        self._process = None
