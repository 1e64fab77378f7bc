"""Workers that are watched, replaced and given scenes.

A worker that dies, hangs or takes too long for a scene is replaced, and its scenes go to others; a
scene that has ended several workers is set aside.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .. import __version__
from ..core.errors import RenderError, SynthError, UsageError
from .backlog import Backlog
from .pool_worker import Inbox, PoolWorker, Start
from .protocol import PROTOCOL, Message

_STARTS = 3
"""How often a worker may die before it is ready until its place is given up."""
_GOODBYE_S = 5.0
_END_S = 10.0


@dataclass(frozen=True)
class PoolSettings:
    """How workers are looked after.

    Attributes:
        silence_s: a worker that has spoken and then says nothing for so long is replaced.
        start_s: so is one that says nothing at all; infinite where it may wait for a machine.
        scene_s: a scene that takes longer ends its worker.
        tries: how many workers a scene may end before it is set aside.
        recycle_scenes: a worker is replaced after so many scenes; 0 for never.
        recycle_mib: a worker is replaced once it holds more memory; 0 for never.
        ahead: how many scenes wait with a worker beside the one in hand, so that it prepares them.
    """

    silence_s: float = 60.0
    start_s: float = math.inf
    scene_s: float = 1800.0
    tries: int = 3
    recycle_scenes: int = 0
    recycle_mib: float = 0.0
    ahead: int = 2


class Crew:
    """The workers of a run.

    Args:
        start: starts the process of a worker in a place.
        seats: how many workers there are to be just now.
        inbox: takes what workers say.
        noticed: told what a person should know.

    Attributes:
        backlog: the scenes that nobody has in hand.
        set_aside: why each scene is missing that ended too many workers.
        replaced: how many workers died or were ended.
    """

    def __init__(
        self,
        start: Start,
        seats: Callable[[], int],
        settings: PoolSettings,
        inbox: Inbox,
        noticed: Callable[[str], None],
    ) -> None:
        self._start_process, self._seats, self._settings = start, seats, settings
        self._inbox, self._noticed = inbox, noticed
        self._workers: dict[int, PoolWorker] = {}
        self._tries: Counter[int] = Counter()
        self._starts: Counter[int] = Counter()
        self.backlog = Backlog(iter(()), 0)
        self.set_aside: dict[int, str] = {}
        self.replaced = 0

    @property
    def workers(self) -> list[PoolWorker]:
        """The workers that there are, by place."""
        return [self._workers[place] for place in sorted(self._workers)]

    @property
    def is_done(self) -> bool:
        """Whether no scene is left and none is in hand."""
        return not self.backlog and not any(w.scenes for w in self._workers.values())

    def has(self, worker: PoolWorker) -> bool:
        """Tell whether it is one of these, and not one that was replaced or has ended."""
        return self._workers.get(worker.number) is worker and worker.state != "ended"

    def hear(self, worker: PoolWorker, message: Message) -> None:
        """Take what says how a worker is; all that it says shows that it lives."""
        worker.last_heard, worker.has_spoken = time.monotonic(), True
        match message["event"]:
            case "heartbeat":
                worker.memory_mib = message["memory_mib"]
            case "begin":
                worker.began, worker.current = time.monotonic(), message["scene"]
            case "error":
                worker.error = message

    def welcome(self, worker: PoolWorker, hello: Message) -> None:
        """Let a worker that has said hello take scenes.

        Raises:
            UsageError: it is of another version.
        """
        version, protocol = hello["synth"], hello["protocol"]
        if (version, protocol) != (__version__, PROTOCOL):
            raise UsageError(
                f"a worker is of Synth {version} with protocol {protocol}, the coordinator of "
                f"Synth {__version__} with protocol {PROTOCOL}. Use the same version everywhere"
            )
        worker.state, worker.process = "ready", hello["process"]
        self._starts[worker.number] = 0

    def finished(self, worker: PoolWorker, scene: int) -> None:
        """Note that a worker has finished a scene."""
        if scene in worker.scenes:
            worker.scenes.remove(scene)
        worker.began = time.monotonic() if worker.scenes else None
        worker.done += 1

    def hand_out(self, workers: Iterable[PoolWorker], *, is_blocked: bool = False) -> None:
        """Give scenes to those workers that need some.

        Args:
            is_blocked: whether no scene may begin just now.
        """
        for worker in sorted(workers, key=lambda worker: len(worker.scenes)):
            if worker.state != "ready":
                continue
            if self._is_worn(worker):
                if not worker.scenes:
                    worker.stop()
                continue
            while self.backlog and not is_blocked and len(worker.scenes) < self._most(worker):
                worker.order(self.backlog.take())
                worker.began = worker.began or time.monotonic()

    def watch(self) -> None:
        """Fill the seats, and replace workers that are silent or too slow.

        Raises:
            RenderError: no worker can be started.
            SynthError: of a worker, a fault that no other would be spared.
        """
        now = time.monotonic()
        for place in range(self._seats()):
            if place not in self._workers:
                self._start(place)
        if self._workers and all(worker.state == "ended" for worker in self.workers):
            raise RenderError("no worker is left that can be started")
        for worker in self.workers:
            patience = self._settings.silence_s if worker.has_spoken else self._settings.start_s
            if worker.state != "ended" and now - worker.last_heard > patience:
                self.replace(worker, f"it said nothing for {patience:.0f} s")
            elif worker.began is not None and now - worker.began > self._settings.scene_s:
                self.replace(worker, f"a scene took more than {self._settings.scene_s:.0f} s")

    def replace(self, worker: PoolWorker, reason: str) -> None:
        """Start another worker in the place of one that has ended, or is to end.

        Raises:
            RenderError: no worker can be started.
            SynthError: of the worker, a fault that no other would be spared.
        """
        worker.kill()
        worker.wait(_END_S)
        if worker.state == "stopping" and not worker.scenes:
            self._start(worker.number)
            return
        if worker.error is not None:
            raise _fault(worker.error)
        self.replaced += 1
        self._starts[worker.number] += worker.state == "starting"
        self._take_back(worker, reason)
        worker.state = "ended"
        if self._starts[worker.number] < _STARTS:
            self._noticed(f"worker {worker.number} is replaced: {reason}")
            self._start(worker.number)
        elif any(other.state == "ready" for other in self.workers):
            self._noticed(f"worker {worker.number} cannot be started: {reason}")
        else:
            raise RenderError(f"no worker can be started: {reason}")

    def stop(self) -> None:
        """Ask all workers to end, and give them a while to."""
        for worker in self._workers.values():
            worker.stop()
        for worker in self._workers.values():
            worker.wait(_GOODBYE_S)

    def kill(self) -> None:
        """End all workers at once."""
        for worker in self._workers.values():
            worker.kill()
        for worker in self._workers.values():
            worker.wait(_END_S)

    def _most(self, worker: PoolWorker) -> int:
        """Return how many scenes a worker may have: at the end of a run, none ahead.

        Nor where one has ended a worker: it is made alone, so that no other is blamed.
        """
        if any(scene in self._tries for scene in (*worker.scenes, self.backlog.next_returned)):
            return 1
        most = 1 + min(self._settings.ahead, len(self.backlog) // (2 * len(self._workers)))
        if self._settings.recycle_scenes:
            most = min(most, self._settings.recycle_scenes - worker.done)
        return most

    def _start(self, place: int) -> None:
        self._workers[place] = PoolWorker(place, self._start_process, self._inbox)

    def _is_worn(self, worker: PoolWorker) -> bool:
        settings = self._settings
        return bool(
            (settings.recycle_scenes and worker.done >= settings.recycle_scenes)
            or (settings.recycle_mib and worker.memory_mib > settings.recycle_mib)
        )

    def _take_back(self, worker: PoolWorker, reason: str) -> None:
        """Let others make what a worker had in hand; only the scene begun last is to blame."""
        blamed = worker.current
        if blamed in worker.scenes:
            self._tries[blamed] += 1
            if self._tries[blamed] >= self._settings.tries:
                worker.scenes.remove(blamed)
                self.set_aside[blamed] = reason
                self._noticed(f"scene {blamed} is set aside: {reason}")
        self.backlog.give_back(worker.scenes)
        worker.scenes.clear()


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
