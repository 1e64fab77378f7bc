"""Many workers on one machine, and one journal: not one scene is lost, doubled or half-written.

Scenes are handed out one by one, so fast workers take more; `crew` looks after the workers. A scene
that is set aside is missed by none: the run goes on without it. Files are written by workers, the
journal by the coordinator alone.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Protocol

from ..core.dataset.info import DatasetInfo, first_difference
from ..core.dataset.journal_lines import JournalEntry
from ..core.errors import OutputError, UsageError
from .backlog import Backlog
from .crew import Crew, PoolSettings
from .pool_worker import Heard, PoolWorker, Start
from .protocol import Message

_TICK_S = 0.2
_MOST_AT_ONCE = 256
"""Messages that are taken before the journal is written, once for all of them."""
_ARRIVAL_S = 20.0
"""How long a shared disk may take to show what another machine has written."""


class Store(Protocol):
    """What the pool needs of a dataset."""

    def pending(self, wanted: Iterable[int]) -> Iterator[int]: ...

    def count_pending(self, wanted: Iterable[int]) -> int: ...

    def __contains__(self, scene: int) -> bool: ...

    def holds(self, entry: JournalEntry) -> bool: ...

    def enter(self, entries: Sequence[JournalEntry]) -> None: ...


@dataclass(frozen=True)
class PoolReport:
    """What has become of a run.

    Attributes:
        frames: of scenes that were finished in this run.
        size: bytes in their files.
        set_aside: why each scene is missing that ended too many workers.
        replaced: how many workers died or were ended.
    """

    frames: int
    size: int
    set_aside: Mapping[int, str]
    replaced: int


class PoolListener(Protocol):
    """Who is told what happens."""

    def planned(self, scenes: int) -> None: ...

    def frame(self, frame: int, scene: int) -> None: ...

    def told(self, message: Message) -> None: ...

    def noticed(self, text: str) -> None: ...


class Pool:
    """Runs scenes through workers.

    Args:
        start: starts the process of a worker in a place.
        seats: how many workers there are to be just now.
        opened: opens the dataset, once a worker has told what it will say of itself.
        blocked: says why no scene may begin just now, empty if one may.
        check: called again and again; what it raises ends the run.
    """

    def __init__(
        self,
        start: Start,
        seats: Callable[[], int],
        settings: PoolSettings,
        opened: Callable[[DatasetInfo], Store],
        listener: PoolListener,
        blocked: Callable[[], str] = lambda: "",
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._opened, self._listener = opened, listener
        self._blocked, self._check = blocked, check
        self._heard: SimpleQueue[Heard] = SimpleQueue()
        self._crew = Crew(start, seats, settings, self._heard, listener.noticed)
        self._finished: list[tuple[PoolWorker, JournalEntry, int]] = []
        self._frames = self._size = 0
        self._info: DatasetInfo | None = None
        self._store: Store | None = None
        self._block = ""
        self._watched = 0.0

    @property
    def workers(self) -> list[PoolWorker]:
        """The workers that there are, by place."""
        return self._crew.workers

    @property
    def report(self) -> PoolReport:
        """What has become of the run so far."""
        return PoolReport(self._frames, self._size, self._crew.set_aside, self._crew.replaced)

    def run(self, wanted: Sequence[int]) -> PoolReport:
        """Generate the scenes that are not finished yet.

        Raises:
            SynthError: the dataset cannot be written, workers do not agree on what they make, or a
                fault that no worker would be spared. What is finished is in the journal.
            KeyboardInterrupt: scenes under way were dropped; the journal is whole.
        """
        try:
            while self._store is None or not self._crew.is_done:
                self._step(wanted)
            self._crew.stop()
        finally:
            self._crew.kill()
        return self.report

    def _step(self, wanted: Sequence[int]) -> None:
        self._check()
        concerned = {}
        for worker, message in self._messages():
            if not self._crew.has(worker):
                continue
            concerned[worker.number] = worker
            if message is None:
                self._enter()
                self._crew.replace(worker, worker.reason_of_end())
            else:
                self._take(worker, message, wanted)
        self._enter()
        if time.monotonic() - self._watched >= _TICK_S:
            self._watch()
            concerned = {worker.number: worker for worker in self._crew.workers}
        current = [worker for worker in concerned.values() if self._crew.has(worker)]
        self._crew.hand_out(current, is_blocked=bool(self._block))

    def _messages(self) -> Iterator[Heard]:
        """Yield what workers have said, waiting a moment for the first."""
        try:
            yield self._heard.get(timeout=_TICK_S)
            for _ in range(_MOST_AT_ONCE):
                yield self._heard.get_nowait()
        except Empty:
            return

    def _take(self, worker: PoolWorker, message: Message, wanted: Sequence[int]) -> None:
        self._crew.hear(worker, message)
        match message["event"]:
            case "hello":
                self._welcome(worker, message, wanted)
            case "scene":
                entry = JournalEntry.model_validate_json(message["entry"])
                self._finished.append((worker, entry, message["bytes"]))
            case "heartbeat" | "begin" | "error":
                pass
            case "frame":  # counted once its scene is in the journal: workers may die before
                pass
            case _:
                self._listener.told(message)

    def _welcome(self, worker: PoolWorker, message: Message, wanted: Sequence[int]) -> None:
        self._crew.welcome(worker, message)
        info = DatasetInfo.model_validate_json(json.dumps(message["info"]))
        if self._info is None:
            self._store, self._info = self._opened(info), info
            count = self._store.count_pending(wanted)
            self._crew.backlog = Backlog(self._store.pending(wanted), count)
            self._listener.planned(count)
        else:
            refuse_difference(self._info, info)

    def _enter(self) -> None:
        """Write the journal for all scenes that were told to be finished."""
        if not self._finished:
            return
        assert self._store is not None
        new: dict[int, tuple[JournalEntry, int]] = {}
        for worker, entry, size in self._finished:
            self._crew.finished(worker, entry.scene)
            if worker.done == 1:
                self._refuse_other_disk(worker, entry)
            # another worker may have been faster after all, with the same bytes
            if entry.scene not in self._store:
                new[entry.scene] = (entry, size)
        self._finished.clear()
        self._store.enter([entry for entry, _ in new.values()])
        for entry, size in new.values():
            self._frames += entry.frames[1]
            self._size += size
            for frame in entry.frame_range:
                self._listener.frame(frame, entry.scene)

    def _refuse_other_disk(self, worker: PoolWorker, entry: JournalEntry) -> None:
        """Find out with the first scene whether a worker's files arrive here."""
        assert self._store is not None
        end = time.monotonic() + _ARRIVAL_S
        while not self._store.holds(entry):
            if time.monotonic() > end:
                raise OutputError(
                    f"worker {worker.number} has written scene {entry.scene}, and it is not in the "
                    "output folder here. Choose an --output that all machines share"
                )
            time.sleep(_TICK_S)

    def _say_block(self, block: str) -> None:
        if block != self._block:
            self._listener.noticed(block or "going on")
        self._block = block

    def _watch(self) -> None:
        """Look after what nobody tells: workers, a full disk."""
        self._watched = time.monotonic()
        if self._store is not None:
            self._say_block(self._blocked())
        self._crew.watch()


def refuse_difference(first: DatasetInfo, other: DatasetInfo) -> None:
    """Refuse a worker that would not make what the others make.

    Raises:
        UsageError: with the first difference.
    """
    difference = first_difference(first, other)
    if difference is not None:
        path, ours, theirs = difference
        raise UsageError(
            f"workers would not make the same dataset: {path} is {ours} in one and {theirs} in "
            "another. Use the same Blender and files for all"
        )
