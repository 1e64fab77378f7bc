"""The loop between instances and readers: every frame goes to one reader, and none is dropped.

Readers ask for frames and get no more than they have asked for; what nobody has asked for waits in
the ring, and when that is full, instances wait before they render.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .. import __version__
from ..core.dataset.info import DatasetInfo
from ..core.errors import SynthError, UsageError
from ..farm.crew import Crew, PoolSettings
from ..farm.memory import MIB, free_memory_mib
from ..farm.pool_worker import Start
from ..stream.frame_layout import FrameLayout
from ..stream.ring import Ring, create_ring
from ..stream.wire import MOST_FRAMES, PROTOCOL, Header, packed
from .answers import Answers
from .commands import Commands
from .door import Door, Said
from .frame_source import FrameSource
from .inbox import WakingInbox
from .instances import Instances, Record
from .reader import Reader
from .readers import MOST_READERS, Readers
from .serving import NOT_SERVING, Serving
from .slot_table import SlotTable

_TICK_S = 0.2
_STARVED_S = 0.001
_MOST_STARVED_S = 0.02
"""While somebody waits for what readers note in shared memory, that is looked for so often: at
first, at last."""
_BUSY_S = 0.002
_BREATH_S = 0.001
"""Where frames in memory have come that soon one after the other, the next are waited for so long;
those that go through TCP are many messages anyway, so waiting would save nothing."""
_WAIT_S = 1.0
"""How often a reader that waits is told that the stream lives."""
_LEAST_LENT, _MOST_LENT, _LENT_PART = 8, 1024, 4
"""Frames that readers may hold if nobody has said so: at least, at most, and how-manieth part of
the free memory they may take."""
_ON_COMMAND_ALONE = (
    "the script makes no frames by itself, so there are none to read. Use Stream.command, or "
    "register @script.pre_frame or @script.post_frame"
)
_FAULTS_SAID = 20
"""Messages that follow no protocol are counted, and this many said."""


@dataclass(frozen=True)
class BrokerSettings:
    """How a stream behaves.

    Attributes:
        queue: how many frames are made ahead.
        lent: how many more slots there are, for frames that readers hold; None for as many as a
            quarter of the free memory holds, from 8 to 1024. They take memory when first filled.
        token: that readers must know; empty for none.
    """

    queue: int = 16
    lent: int | None = None
    token: str = ""


class Broker:
    """A stream.

    Args:
        instances: how many there are to be.
        source: what they make frames of.
        keep: opens where finished scenes are kept; None if nowhere.
        noticed: told what a person should know.
        began: called once the first instance is ready.
        check: called again and again; what it raises ends the stream.
    """

    def __init__(
        self,
        door: Door,
        start: Start,
        instances: int,
        watching: PoolSettings,
        source: FrameSource,
        scenes: range,
        settings: BrokerSettings,
        noticed: Callable[[str], None],
        began: Callable[[], None] = lambda: None,
        keep: Callable[[DatasetInfo], Record] | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._door, self._settings, self._source = door, settings, source
        self._answers = Answers(door)
        self._noticed, self._began, self._check = noticed, began, check
        self._inbox = WakingInbox()
        door.watch(self._inbox)
        self._crew = Crew(start, lambda: instances, watching, self._inbox, noticed)
        self._commands = Commands(self._crew, self._answers)
        self._instances = Instances(
            self._crew, source, scenes, self._opened, keep, self._commands.take_reply, noticed
        )
        self._serving: Serving | None = None
        self._unwelcomed: dict[bytes, Header] = {}
        self._faults = 0
        self._watched = self._waited = self._stepped = 0.0
        self._is_busy = False
        self._pause = _STARVED_S

    def run(self) -> None:
        """Serve until `check` raises.

        Raises:
            SynthError: no instance can be started, or a fault that none would be spared.
        """
        end = "the stream has ended"
        try:
            while True:
                self._step()
        except SynthError as error:
            end = f"the stream has ended: {error}"
            raise
        finally:
            self._crew.kill()
            self._say_end(end)
            self._door.close()
            self._inbox.close()

    @property
    def is_read(self) -> bool:
        """Whether all frames are made and read that were to be, and nobody reads any more."""
        serving = self._serving
        return serving is not None and self._instances.is_done and serving.is_over

    def _step(self) -> None:
        self._check()
        if self._is_busy and time.monotonic() - self._stepped < _BUSY_S:
            time.sleep(_BREATH_S)  # more has come by then: frames by the thousand cost less so
        self._door.poll(self._patience())
        self._stepped, moved = time.monotonic(), self._moved
        for worker, message in self._inbox.messages():
            self._instances.take(worker, message)
        for said in self._door.messages():
            self._hear(said)
        now = time.monotonic()
        if now - self._watched >= _TICK_S:
            self._watched = now
            self._instances.watch()
        self._commands.watch()
        if now - self._waited >= _WAIT_S:
            self._waited = now
            self._say_wait()
        if self._serving is None:
            return
        self._serving.table.take_released()
        if now == self._watched:
            self._serving.readers.watch()
        self._instances.supply()
        self._serving.serve()
        self._is_busy = self._moved > moved and not self._serving.is_by_tcp

    @property
    def _moved(self) -> int:
        """How many frames have come, and gone."""
        return self._instances.made + (self._serving.delivered if self._serving else 0)

    def _patience(self) -> float:
        """Return how long to wait for somebody to say something."""
        serving = self._serving
        if serving is None or not (serving.table.is_starved or serving.holds_back):
            self._pause = _STARVED_S
            return _TICK_S
        self._pause = min(self._pause * 1.2, _MOST_STARVED_S)
        return self._pause

    def _opened(self, layout: FrameLayout) -> tuple[Ring, SlotTable]:
        settings = self._settings
        slots = settings.queue + (_lent(layout) if settings.lent is None else settings.lent)
        ring = create_ring(layout, slots)
        table = SlotTable(ring, slots, settings.queue)
        readers = Readers(table, self._answers.reach, self._noticed)
        self._serving = Serving(
            ring, table, readers, self._answers, lambda: self._instances.is_done, self._noticed
        )
        for identity, hello in self._unwelcomed.items():
            self._welcome(self._serving, identity, hello)
        self._unwelcomed.clear()
        self._began()
        return ring, table

    def _hear(self, said: Said) -> None:
        identity, header = said.identity, said.header
        if header is None:
            self._say_fault(said.fault)
        elif header["kind"] == "hello":
            self._greet(identity, header)
        elif (serving := self._serving) is None or (
            reader := serving.readers.find(identity)
        ) is None:
            self._refuse(identity, "say hello first")
        else:
            self._hear_reader(serving, reader, header)

    def _greet(self, identity: bytes, hello: Header) -> None:
        if (hello["protocol"], hello["synth"]) != (PROTOCOL, __version__):
            message = (
                f"the reader is of Synth {hello['synth'][:40]} with protocol {hello['protocol']}, "
                f"the stream of Synth {__version__} with protocol {PROTOCOL}. "
                "Use the same version on both sides"
            )
            self._refuse(identity, message)
        elif hello["token"] != self._settings.token:
            self._refuse(identity, "this stream is another program's. Use the address of yours")
        elif len(self._unwelcomed) >= MOST_READERS or (
            self._serving is not None and not self._serving.readers.has_room_for(identity)
        ):
            self._refuse(identity, "the stream has too many readers")
        elif self._serving is None:
            self._unwelcomed[identity] = hello
            self._answers.say(identity, packed("wait", request=0))
        else:
            self._welcome(self._serving, identity, hello)

    def _welcome(self, serving: Serving, identity: bytes, hello: Header) -> None:
        serving.readers.welcome(identity, hello)
        source, ring = self._source, serving.ring
        self._answers.say(
            identity,
            packed(
                "welcome",
                layout=ring.layout.to_json(),
                ring=ring.address.to_json(),
                recipe={"name": source.name, "seed": source.seed, "views": source.views},
                batch=min(ring.slots, MOST_FRAMES),
            ),
        )

    def _hear_reader(self, serving: Serving, reader: Reader, header: Header) -> None:
        match header["kind"]:
            case "more" if not self._source.makes_frames:
                self._refuse(reader.identity, _ON_COMMAND_ALONE)
            case "more":
                serving.ask(reader, header)
            case "claim":
                serving.take_claim(reader, header)
            case "bye":
                serving.readers.leave(reader, header["passed"], header["missed"])
            case _:
                self._take_feedback(reader, header)

    def _take_feedback(self, reader: Reader, header: Header) -> None:
        request = header["request"]
        try:
            match header["kind"]:
                case "update":
                    version = self._source.update(header["changes"])
                    self._instances.update()
                    answer = packed("updated", request=request, version=version)
                case "statistics":
                    answer = packed("statistics", request=request, values=self.statistics())
                case _:
                    self._command(reader, header)
                    return
        except SynthError as error:
            kind = type(error).__name__
            answer = packed("failed", request=request, kind_of_error=kind, message=str(error))
        self._answers.say(reader.identity, answer)

    def _command(self, reader: Reader, header: Header) -> None:
        if not self._source.takes_commands:
            raise UsageError(
                f"{self._source.name}: takes no commands. They go to the function that a script "
                "registers with @script.on_command"
            )
        self._commands.ask(reader.identity, header)

    def _say_wait(self) -> None:
        for identity in self._unwelcomed:
            self._answers.say(identity, packed("wait", request=0))
        if self._serving is not None:
            self._serving.say_wait()
        self._commands.say_wait()

    def _say_end(self, message: str) -> None:
        identities = self._serving.readers.identities if self._serving else []
        for identity in [*identities, *self._unwelcomed]:
            self._refuse(identity, message)

    def _refuse(self, identity: bytes, message: str) -> None:
        self._answers.say(identity, packed("refused", message=message))

    def _say_fault(self, fault: str) -> None:
        self._faults += 1
        if self._faults <= _FAULTS_SAID:
            last = "; no more of these are told" if self._faults == _FAULTS_SAID else ""
            self._noticed(f"a message was ignored that follows no protocol: {fault}{last}")

    def statistics(self) -> Mapping[str, Any]:
        """Return how the stream goes; docs/streaming.md says what each value means."""
        instances = self._instances
        return {
            "version": self._source.version,
            "frames_made": instances.made,
            "frames_per_second": round(instances.rate, 3),
            "queue": self._settings.queue,
            **(self._serving.statistics() if self._serving else NOT_SERVING),
            "rejected_arrangements": instances.rejected,
            "classes": dict(instances.classes),
            "replaced": self._crew.replaced,
            "set_aside": {str(scene): why for scene, why in self._crew.set_aside.items()},
            "ignored_messages": self._faults,
            "instances": instances.states(),
        }


def _lent(layout: FrameLayout) -> int:
    """Return how many frames readers may hold if nobody has said so."""
    room = free_memory_mib() * MIB / _LENT_PART / layout.slot_bytes
    return int(max(_LEAST_LENT, min(_MOST_LENT, room)))
