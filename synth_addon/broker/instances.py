"""The Blenders of a stream: which scenes they make, and into which slots."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from ..core.dataset.info import DatasetInfo
from ..core.dataset.journal_lines import JournalEntry
from ..core.errors import RenderError, UsageError
from ..farm.backlog import Backlog
from ..farm.crew import Crew
from ..farm.pool import refuse_difference
from ..farm.pool_worker import PoolWorker
from ..farm.protocol import Message
from ..stream.frame_layout import FrameLayout, layout_from_json
from ..stream.frame_row import FrameRow
from ..stream.ring import Ring
from .frame_source import FrameSource
from .slot_table import SlotTable

_RATE_FRAMES = 64


class Record(Protocol):
    """Where finished scenes are entered that are kept."""

    def enter(self, entries: Sequence[JournalEntry]) -> None: ...


Opened = Callable[[FrameLayout], tuple[Ring, SlotTable]]
Replied = Callable[[PoolWorker, Message], None]


class Instances:
    """Takes what instances say, and tells them what to do.

    Args:
        source: what frames are made of.
        opened: makes the ring, once an instance has told what its frames look like.
        keep: opens where scenes are kept, once an instance has told what it makes; None if nowhere.
        replied: takes the answers of scripts, and `noticed` what they print.

    Attributes:
        table: None until an instance is ready.
        made: how many frames were made; `classes` how often each class was to be seen on them.
        rejected: how many arrangements of scenes were no good.
    """

    def __init__(
        self,
        crew: Crew,
        source: FrameSource,
        scenes: range,
        opened: Opened,
        keep: Callable[[DatasetInfo], Record] | None,
        replied: Replied,
        noticed: Callable[[str], None],
    ) -> None:
        self._crew, self._source = crew, source
        self._opened, self._keep, self._replied = opened, keep, replied
        self._noticed = noticed
        crew.backlog = Backlog(iter(scenes), len(scenes))
        self._layout: FrameLayout | None = None
        self._ring: Ring | None = None
        self._record: Record | None = None
        self._info: DatasetInfo | None = None
        self._allotted: dict[PoolWorker, set[int]] = {}
        self._made: dict[int, set[int]] = {}
        self._times: deque[float] = deque(maxlen=_RATE_FRAMES)
        self._has_changed = False
        self.table: SlotTable | None = None
        self.made = 0
        self.rejected = 0
        self.classes: Counter[str] = Counter()

    @property
    def is_done(self) -> bool:
        """Whether no more frames will be made."""
        return self._crew.is_done

    @property
    def rate(self) -> float:
        """Frames a second, of the newest ones."""
        if len(self._times) < 2 or self._times[-1] == self._times[0]:
            return 0.0
        return (len(self._times) - 1) / (self._times[-1] - self._times[0])

    def take(self, worker: PoolWorker, message: Message | None) -> None:
        """Take what an instance has said; None when it has ended.

        Raises:
            SynthError: of a kind that no other instance would be spared.
        """
        if not self._crew.has(worker):
            return
        if message is None:
            self.replace(worker, worker.reason_of_end())
            return
        self._crew.hear(worker, message)
        match message["event"]:
            case "hello":
                self._welcome(worker, message)
            case "filled":
                self._fill(worker, message)
            case "settled":
                self.rejected += message["rejected"]
            case "scene":
                self._finish(worker, message)
            case "reply":
                self._replied(worker, message)
            case "print":
                self._noticed(f"instance {worker.number}: {message['text']}")

    def watch(self) -> None:
        """Replace instances that are silent, too slow or dead.

        Raises:
            RenderError: none can be started.
        """
        self._wind_clocks()
        self._crew.watch()
        self._has_changed = True
        for worker in [worker for worker in self._allotted if not self._crew.has(worker)]:
            self._take_slots(worker)

    def replace(self, worker: PoolWorker, reason: str) -> None:
        """Start another instance for one that has ended."""
        self._crew.replace(worker, reason)
        self._take_slots(worker)

    def supply(self) -> None:
        """Give instances scenes to make and slots to fill."""
        table = self.table
        if table is None:
            return
        ready = [worker for worker in self._allotted if worker.state == "ready"]
        if self._has_changed and self._source.makes_frames:
            self._crew.hand_out(ready)
            self._has_changed = False
        share = max(2, table.queue // max(1, len(ready)))
        for worker in sorted(ready, key=lambda worker: len(self._allotted[worker])):
            # some at once: each order wakes the instance
            if len(self._allotted[worker]) > share // 2:
                return
            slots = []
            while len(self._allotted[worker]) < share and (free := table.take_free()) is not None:
                slots.append(free)
                self._allotted[worker].add(free[0])
            if slots:
                worker.tell({"slots": slots})

    def update(self) -> None:
        """Tell all instances of the newest recipe."""
        for worker in self._allotted:
            worker.tell(self._source.order())

    def states(self) -> list[Mapping[str, Any]]:
        """Return how each instance is."""
        return [
            {
                "instance": worker.number,
                "process": worker.process,
                "state": worker.state,
                "scene": worker.current,
                "scenes_done": worker.done,
                "memory_mib": worker.memory_mib,
            }
            for worker in self._crew.workers
        ]

    def _welcome(self, worker: PoolWorker, hello: Message) -> None:
        self._crew.welcome(worker, hello)
        self._source.meet(hello)
        layout = layout_from_json(hello["layout"])
        info = DatasetInfo.model_validate(hello["info"]) if hello["info"] else None
        if self._ring is None:
            self._layout = layout
            self._ring, self.table = self._opened(layout)
            self._info = info
            if self._keep is not None and info is not None:
                self._record = self._keep(info)
        elif layout != self._layout:
            raise UsageError("instances do not make frames of one form. Use one Blender for all")
        elif info is not None and self._info is not None:
            refuse_difference(self._info, info)
        self._allotted[worker] = set()
        self._has_changed = True
        worker.tell({"ring": self._ring.address.to_json()})
        if self._source.version:
            worker.tell(self._source.order())

    def _fill(self, worker: PoolWorker, message: Message) -> None:
        table, allotted = self.table, self._allotted.get(worker)
        rows = [FrameRow(*values) for values in message["rows"]]
        slots = {row.slot for row in rows}
        if table is None or allotted is None or len(slots) < len(rows) or not slots <= allotted:
            raise RenderError(f"instance {worker.number} has filled a slot that was not its own")
        text, now = message.get("text"), time.monotonic()
        for row in rows:
            allotted.remove(row.slot)
            made = self._made.setdefault(row.scene, set())
            if row.frame in made:  # an instance that has died had made it
                table.empty(row.slot)
                continue
            made.add(row.frame)
            table.fill(row, text.encode() if text is not None else None)
            self.made += 1
            self._times.append(now)
        self.classes.update(message.get("classes", {}))

    def _finish(self, worker: PoolWorker, message: Message) -> None:
        self._crew.finished(worker, message["scene"])
        self._made.pop(message["scene"], None)
        self._has_changed = True
        if self._record is not None and message["entry"]:
            self._record.enter([JournalEntry.model_validate_json(message["entry"])])

    def _wind_clocks(self) -> None:
        """Count no time against a scene whose instance waits for slots because nobody reads."""
        for worker, slots in self._allotted.items():
            if not slots and worker.began is not None:
                worker.began = time.monotonic()

    def _take_slots(self, worker: PoolWorker) -> None:
        self._has_changed = True
        for slot in self._allotted.pop(worker, ()):
            assert self.table is not None
            self.table.empty(slot)
