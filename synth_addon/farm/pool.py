"""Many workers on one machine, and one journal: not one scene is lost, doubled or half-written.

Scenes are handed out one by one, so fast workers take more. A worker that dies, hangs or takes too
long for a scene is replaced, and its scenes go to others; a scene that has ended three workers is
set aside, and the run goes on without it. Files are written by workers, the journal by the
coordinator alone.
"""

from __future__ import annotations

import json
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Protocol

from .. import __version__
from ..core.dataset.info import DatasetInfo, first_difference
from ..core.dataset.journal_lines import JournalEntry
from ..core.errors import OutputError, RenderError, SynthError, UsageError
from .backlog import Backlog
from .pool_worker import Heard, PoolWorker, Start
from .protocol import PROTOCOL, Message

_TICK_S = 0.2
_MOST_AT_ONCE = 256
"""Messages that are taken before the journal is written, once for all of them."""
_ARRIVAL_S = 20.0
"""How long a shared disk may take to show what another machine has written."""
_STARTS = 3
"""How often a worker may die before it is ready until its place is given up."""


@dataclass(frozen=True)
class PoolSettings:
    """How a pool behaves.

    Attributes:
        silence_s: a worker that has spoken and then says nothing for so long is replaced.
        start_s: so is one that says nothing at all; infinite where it may wait for a machine.
        scene_s: a scene that takes longer ends its worker.
        tries: how many workers a scene may end before it is set aside.
        recycle_scenes: a worker is replaced after so many scenes; 0 for never.
        recycle_mib: a worker is replaced once it holds more memory; 0 for never.
    """

    silence_s: float = 60.0
    start_s: float = math.inf
    scene_s: float = 1800.0
    tries: int = 3
    recycle_scenes: int = 0
    recycle_mib: float = 0.0


class Store(Protocol):
    """What the pool needs of a dataset."""

    def pending(self, wanted: Iterable[int]) -> Iterator[int]: ...

    def count_pending(self, wanted: Iterable[int]) -> int: ...

    def __contains__(self, scene: int) -> bool: ...

    def holds(self, entry: JournalEntry) -> bool: ...

    def enter(self, entries: Sequence[JournalEntry]) -> None: ...


@dataclass
class PoolReport:
    """What has become of a run.

    Attributes:
        frames: of scenes that were finished in this run.
        size: bytes in their files.
        set_aside: why each scene is missing that ended too many workers.
        replaced: how many workers died or were ended.
    """

    frames: int = 0
    size: int = 0
    set_aside: dict[int, str] = field(default_factory=dict)
    replaced: int = 0


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
        self._start_process, self._seats = start, seats
        self._settings, self._opened, self._listener = settings, opened, listener
        self._blocked, self._check = blocked, check
        self._heard: SimpleQueue[Heard] = SimpleQueue()
        self._workers: dict[int, PoolWorker] = {}
        self._backlog = Backlog(iter(()), 0)
        self._finished: list[tuple[PoolWorker, JournalEntry, int]] = []
        self._tries: Counter[int] = Counter()
        self._starts: Counter[int] = Counter()
        self._info: DatasetInfo | None = None
        self._store: Store | None = None
        self._block = ""
        self._watched = 0.0
        self.report = PoolReport()

    @property
    def workers(self) -> list[PoolWorker]:
        """The workers that there are, by place."""
        return [self._workers[place] for place in sorted(self._workers)]

    def run(self, wanted: Sequence[int]) -> PoolReport:
        """Generate the scenes that are not finished yet.

        Raises:
            SynthError: the dataset cannot be written, workers do not agree on what they make, or a
                fault that no worker would be spared. What is finished is in the journal.
            KeyboardInterrupt: scenes under way were dropped; the journal is whole.
        """
        try:
            while self._store is None or not self._is_done():
                self._step(wanted)
            self._stop()
        finally:
            for worker in self._workers.values():
                worker.kill()
            for worker in self._workers.values():
                worker.wait(10)
        return self.report

    def _is_done(self) -> bool:
        return not self._backlog and not any(w.scenes for w in self._workers.values())

    def _step(self, wanted: Sequence[int]) -> None:
        self._check()
        concerned = set()
        for worker, message in self._messages():
            if self._workers.get(worker.number) is not worker or worker.state == "ended":
                continue
            concerned.add(worker.number)
            if message is None:
                self._enter()
                self._replace(worker, worker.reason_of_end())
            else:
                self._take(worker, message, wanted)
        self._enter()
        if time.monotonic() - self._watched >= _TICK_S:
            self._watch()
            concerned.update(self._workers)
        self._hand_out(self._workers[number] for number in concerned if number in self._workers)

    def _messages(self) -> Iterator[Heard]:
        """Yield what workers have said, waiting a moment for the first."""
        try:
            yield self._heard.get(timeout=_TICK_S)
            for _ in range(_MOST_AT_ONCE):
                yield self._heard.get_nowait()
        except Empty:
            return

    def _start(self, place: int) -> None:
        self._workers[place] = PoolWorker(place, self._start_process, self._heard)

    def _take(self, worker: PoolWorker, message: Message, wanted: Sequence[int]) -> None:
        worker.last_heard, worker.has_spoken = time.monotonic(), True
        match message["event"]:
            case "hello":
                self._welcome(worker, message, wanted)
            case "heartbeat":
                worker.memory_mib = message["memory_mib"]
            case "begin":
                worker.began, worker.current = time.monotonic(), message["scene"]
            case "frame":  # counted once its scene is in the journal: workers may die before
                pass
            case "scene":
                entry = JournalEntry.model_validate_json(message["entry"])
                self._finished.append((worker, entry, message["bytes"]))
            case "error":
                worker.error = message
            case _:
                self._listener.told(message)

    def _welcome(self, worker: PoolWorker, message: Message, wanted: Sequence[int]) -> None:
        version, protocol = message["synth"], message["protocol"]
        if (version, protocol) != (__version__, PROTOCOL):
            raise UsageError(
                f"a worker is of Synth {version} with protocol {protocol}, the coordinator of "
                f"Synth {__version__} with protocol {PROTOCOL}. Use the same version everywhere"
            )
        info = DatasetInfo.model_validate_json(json.dumps(message["info"]))
        if self._info is None:
            self._store, self._info = self._opened(info), info
            count = self._store.count_pending(wanted)
            self._backlog = Backlog(self._store.pending(wanted), count)
            self._listener.planned(count)
        elif (difference := first_difference(self._info, info)) is not None:
            path, ours, theirs = difference
            raise UsageError(
                f"workers would not make the same dataset: {path} is {ours} in one and {theirs} in "
                "another. Use the same Blender and files for all"
            )
        worker.state = "ready"
        self._starts[worker.number] = 0

    def _enter(self) -> None:
        """Write the journal for all scenes that were told to be finished."""
        if not self._finished:
            return
        assert self._store is not None
        new: dict[int, tuple[JournalEntry, int]] = {}
        for worker, entry, size in self._finished:
            if entry.scene in worker.scenes:
                worker.scenes.remove(entry.scene)
            worker.began = time.monotonic() if worker.scenes else None
            worker.done += 1
            if worker.done == 1:
                self._refuse_other_disk(worker, entry)
            # another worker may have been faster after all, with the same bytes
            if entry.scene not in self._store:
                new[entry.scene] = (entry, size)
        self._finished.clear()
        self._store.enter([entry for entry, _ in new.values()])
        for entry, size in new.values():
            self.report.frames += entry.frames[1]
            self.report.size += size
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

    def _hand_out(self, workers: Iterable[PoolWorker]) -> None:
        for worker in sorted(workers, key=lambda worker: len(worker.scenes)):
            if worker.state != "ready":
                continue
            if self._is_worn(worker):
                if not worker.scenes:
                    worker.stop()
                continue
            # one in hand, and one ahead so that it need not wait; at the end none ahead
            most = 2 if len(self._backlog) > 2 * len(self._workers) else 1
            while self._backlog and not self._block and len(worker.scenes) < most:
                worker.order(self._backlog.take())
                worker.began = worker.began or time.monotonic()

    def _is_worn(self, worker: PoolWorker) -> bool:
        settings = self._settings
        return bool(
            (settings.recycle_scenes and worker.done >= settings.recycle_scenes)
            or (settings.recycle_mib and worker.memory_mib > settings.recycle_mib)
        )

    def _say_block(self, block: str) -> None:
        if block != self._block:
            self._listener.noticed(block or "going on")
        self._block = block

    def _watch(self) -> None:
        """Look after what nobody tells: silence, slowness, a full disk, seats to fill."""
        now = self._watched = time.monotonic()
        for place in range(self._seats()):
            if place not in self._workers:
                self._start(place)
        if self._store is not None:
            self._say_block(self._blocked())
        if self._workers and all(worker.state == "ended" for worker in self.workers):
            raise RenderError("no worker is left that can be started")
        for worker in self.workers:
            patience = self._settings.silence_s if worker.has_spoken else self._settings.start_s
            if worker.state != "ended" and now - worker.last_heard > patience:
                self._replace(worker, f"it said nothing for {patience:.0f} s")
            elif worker.began is not None and now - worker.began > self._settings.scene_s:
                self._replace(worker, f"a scene took more than {self._settings.scene_s:.0f} s")

    def _replace(self, worker: PoolWorker, reason: str) -> None:
        """Start another worker in the place of one that has ended, or is to end."""
        worker.kill()
        worker.wait(10)
        if worker.state == "stopping" and not worker.scenes:
            self._start(worker.number)
            return
        if worker.error is not None:
            raise _fault(worker.error)
        self.report.replaced += 1
        self._starts[worker.number] += worker.state == "starting"
        self._take_back(worker, reason)
        worker.state = "ended"
        if self._starts[worker.number] < _STARTS:
            self._listener.noticed(f"worker {worker.number} is replaced: {reason}")
            self._start(worker.number)
        elif any(other.state == "ready" for other in self.workers):
            self._listener.noticed(f"worker {worker.number} cannot be started: {reason}")
        else:
            raise RenderError(f"no worker can be started: {reason}")

    def _take_back(self, worker: PoolWorker, reason: str) -> None:
        """Let others make what a worker had in hand; only the scene begun last is to blame."""
        blamed = worker.current
        if blamed in worker.scenes:
            self._tries[blamed] += 1
            if self._tries[blamed] >= self._settings.tries:
                worker.scenes.remove(blamed)
                self.report.set_aside[blamed] = reason
                self._listener.noticed(f"scene {blamed} is set aside: {reason}")
        self._backlog.give_back(worker.scenes)
        worker.scenes.clear()

    def _stop(self) -> None:
        for worker in self._workers.values():
            worker.stop()
        for worker in self._workers.values():
            worker.wait(5)


def _fault(message: Message) -> SynthError:
    """Return a worker's error as one of this process, with the same exit code."""
    known = {cls.__name__: cls for cls in _kinds(SynthError)}
    kind = known.get(str(message["kind"]), RenderError)
    try:
        return kind(str(message["message"]))
    except TypeError:  # a kind that carries more than a sentence
        return UsageError(str(message["message"]))


def _kinds(cls: type[SynthError]) -> list[type[SynthError]]:
    return [cls, *(kind for sub in cls.__subclasses__() for kind in _kinds(sub))]
