"""The loop between instances and readers: every frame goes to one reader, and none is dropped.

Readers ask for frames and get no more than they have asked for; what nobody has asked for waits in
the ring, and when that is full, instances wait before they render.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import __version__
from ..core.dataset.info import DatasetInfo
from ..core.errors import SynthError, UsageError
from ..farm.crew import Crew, PoolSettings
from ..farm.pool_worker import Start
from ..stream.frame_layout import FrameLayout
from ..stream.frame_row import runs_of
from ..stream.ring import Ring, create_ring
from ..stream.wire import PROTOCOL, Header, packed
from .commands import Commands
from .door import Door, Said
from .frame_source import FrameSource
from .inbox import WakingInbox
from .instances import Instances, Record
from .reader import Reader, Request, trainer_of
from .readers import MOST_READERS, Readers
from .slot_table import Content, SlotTable

_TICK_S = 0.2
_STARVED_S = 0.001
_MOST_STARVED_S = 0.02
"""While somebody waits for what readers note in shared memory, that is looked for so often: at
first, at last."""
_BUSY_S = 0.002
_BREATH_S = 0.001
"""Where frames have come that soon one after the other, the next are waited for so long."""
_WAIT_S = 1.0
"""How often a reader that waits is told that the stream lives."""
_LENT_BYTES, _LEAST_LENT, _MOST_LENT = 256 << 20, 8, 128
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
        lent: how many more slots there are, for frames that readers hold; None for as many as
            256 MiB hold, from 8 to 128.
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
        self._noticed, self._began, self._check = noticed, began, check
        self._inbox = WakingInbox()
        door.watch(self._inbox)
        self._crew = Crew(start, lambda: instances, watching, self._inbox, noticed)
        self._commands = Commands(self._crew, self._answer)
        self._instances = Instances(
            self._crew, source, scenes, self._opened, keep, self._commands.take_reply, noticed
        )
        self._ring: Ring | None = None
        self._table: SlotTable | None = None
        self._readers: Readers | None = None
        self._unwelcomed: dict[bytes, Header] = {}
        self._answers: dict[bytes, list[tuple[int, Sequence[Content]]]] = {}
        self._served = self._delivered = self._faults = 0
        self._watched = self._waited = self._stepped = 0.0
        self._is_busy = self._holds_back = False
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
        return (
            self._table is not None
            and self._readers is not None
            and self._instances.is_done
            and not self._table.ready
            and not self._table.granted
            and not self._readers.count
        )

    def _step(self) -> None:
        self._check()
        if self._is_busy and time.monotonic() - self._stepped < _BUSY_S:
            time.sleep(_BREATH_S)  # more has come by then: frames by the thousand cost less so
        self._door.poll(self._patience())
        self._stepped, moved = time.monotonic(), self._instances.made + self._delivered
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
        if self._table is None or self._readers is None:
            return
        self._table.take_released()
        if now == self._watched:
            self._readers.watch()
        self._instances.supply()
        self._serve(self._table, self._readers)
        self._is_busy = self._instances.made + self._delivered > moved

    def _patience(self) -> float:
        """Return how long to wait for somebody to say something."""
        if self._table is None or not (self._table.is_starved or self._holds_back):
            self._pause = _STARVED_S
            return _TICK_S
        self._pause = min(self._pause * 1.2, _MOST_STARVED_S)
        return self._pause

    def _opened(self, layout: FrameLayout) -> tuple[Ring, SlotTable]:
        settings = self._settings
        slots = settings.queue + (_lent(layout) if settings.lent is None else settings.lent)
        self._ring = create_ring(layout, slots)
        self._table = SlotTable(self._ring, slots, settings.queue)
        self._readers = Readers(self._table, self._reach, self._noticed)
        for identity, hello in self._unwelcomed.items():
            self._welcome(identity, hello)
        self._unwelcomed.clear()
        self._began()
        return self._ring, self._table

    def _hear(self, said: Said) -> None:
        identity, header = said.identity, said.header
        if header is None:
            self._say_fault(said.fault)
        elif header["kind"] == "hello":
            self._greet(identity, header)
        elif self._readers is None or (reader := self._readers.find(identity)) is None:
            self._answer(identity, packed("refused", message="say hello first"))
        else:
            self._hear_reader(reader, header)

    def _greet(self, identity: bytes, hello: Header) -> None:
        if (hello["protocol"], hello["synth"]) != (PROTOCOL, __version__):
            message = (
                f"the reader is of Synth {hello['synth'][:40]} with protocol {hello['protocol']}, "
                f"the stream of Synth {__version__} with protocol {PROTOCOL}. "
                "Use the same version on both sides"
            )
            self._answer(identity, packed("refused", message=message))
        elif hello["token"] != self._settings.token:
            message = "the stream belongs to another program. Use the address of your own"
            self._answer(identity, packed("refused", message=message))
        elif len(self._unwelcomed) >= MOST_READERS or (
            self._readers is not None and not self._readers.has_room_for(identity)
        ):
            self._answer(identity, packed("refused", message="the stream has too many readers"))
        elif self._readers is None:
            self._unwelcomed[identity] = hello
            self._answer(identity, packed("wait", request=0))
        else:
            self._welcome(identity, hello)

    def _welcome(self, identity: bytes, hello: Header) -> None:
        assert self._readers is not None
        assert self._ring is not None
        self._readers.welcome(identity, hello)
        source = self._source
        self._answer(
            identity,
            packed(
                "welcome",
                layout=self._ring.layout.to_json(),
                ring=self._ring.address.to_json(),
                recipe={"name": source.name, "seed": source.seed, "views": source.views},
                batch=min(self._ring.slots, 1024),
            ),
        )

    def _hear_reader(self, reader: Reader, header: Header) -> None:
        assert self._readers is not None
        assert self._table is not None
        match header["kind"]:
            case "more" if not self._source.makes_frames:
                self._answer(reader.identity, packed("refused", message=_ON_COMMAND_ALONE))
            case "more":
                self._ask(self._table, reader, header)
            case "claim":
                self._take_claim(self._readers, reader, header)
            case "bye":
                self._readers.leave(reader, header["passed"], header["missed"])
            case _:
                self._take_feedback(reader, header)

    def _ask(self, table: SlotTable, reader: Reader, header: Header) -> None:
        transport = header["transport"]
        reader.is_local |= transport == "shared"
        for number, count in header["requests"]:
            table.fit(count)
            request = Request(number, count, transport)
            if not reader.ask(request):
                self._send_again(table, reader, request)

    def _take_claim(self, readers: Readers, reader: Reader, header: Header) -> None:
        number = header["request"]
        if number not in reader.claimed:  # else the answer did not arrive
            fillings = [(slot, filling) for slot, filling in header["fillings"]]
            trainer = trainer_of(reader, header["trainer"])
            reader.note_claim(number, is_its_own=readers.claim(trainer, fillings))
        answer = packed("claimed", request=number, is_yours=reader.claimed[number])
        self._answer(reader.identity, answer)

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
        self._answer(reader.identity, answer)

    def _command(self, reader: Reader, header: Header) -> None:
        if not self._source.takes_commands:
            raise UsageError(
                f"{self._source.name}: takes no commands. They go to the function that a script "
                "registers with @script.on_command"
            )
        self._commands.ask(reader.identity, header)

    def _serve(self, table: SlotTable, readers: Readers) -> None:
        """Answer requests as far as there are frames, those of all readers in turn."""
        self._holds_back = False
        while self._serve_each(table, readers):
            pass
        self._send_answers()

    def _serve_each(self, table: SlotTable, readers: Readers) -> bool:
        """Answer a request of each reader, and tell whether there may be frames for more.

        A batch comes whole or not yet, and nobody with a smaller one comes before.
        """
        has_served = False
        for reader, request in list(readers.waiting):
            enough = min(request.count, table.queue)
            if table.ready < enough and not self._instances.is_done:
                return False
            if not table.ready and readers.may_get_more(reader):
                continue
            if not table.can_lend(request.count) and readers.has_some_left(reader):
                self._holds_back = True  # they would be copied, which counts as using them
                continue
            self._serve_one(table, reader, request)
            has_served = True
        return has_served

    def _serve_one(self, table: SlotTable, reader: Reader, request: Request) -> None:
        reader.requests.popleft()
        reader.answered = request.number
        self._served += 1
        reader.served = self._served
        contents = table.grant(reader.number, request.count)
        for content in contents:
            content.request = request.number
        self._delivered += len(contents)
        if contents:
            self._send(reader, request, contents)
        else:
            self._send_answers()
            self._answer(reader.identity, packed("end", request=request.number))

    def _send_again(self, table: SlotTable, reader: Reader, request: Request) -> None:
        given = table.granted_to(reader.number)
        contents = [content for content in given if content.request == request.number]
        if not contents:
            self._answer(reader.identity, packed("lost", request=request.number))
        elif all(content.is_sent for content in contents):
            self._send(reader, request, contents)
            self._send_answers()

    def _send(self, reader: Reader, request: Request, contents: Sequence[Content]) -> None:
        if request.transport == "shared":  # those of one reader go together
            self._answers.setdefault(reader.identity, []).append((request.number, contents))
            return
        header = packed("frames", answers=[(request.number, [content.row for content in contents])])
        try:
            sending = self._door.send(reader.identity, header, self._parts(contents))
        except ConnectionError:
            return  # it may come back and ask again; if not, others get them
        if sending is None:
            return
        for content in contents:
            content.sendings = (*(s for s in content.sendings if not s.done), sending)

    def _send_answers(self) -> None:
        for identity, answers in self._answers.items():
            rows = [(number, [content.row for content in given]) for number, given in answers]
            contents = [content for _, given in answers for content in given]
            texts = [content.text for content in contents if content.text is not None]
            self._answer(identity, packed("frames", answers=rows), texts)
        self._answers.clear()

    def _parts(self, contents: Sequence[Content]) -> list[Any]:
        """Return all texts in one part, then of each array the frames of each run of slots."""
        assert self._ring is not None
        ring, rows = self._ring, [content.row for content in contents]
        texts = [
            content.text or ring.text(content.row.slot, content.row.text_bytes)
            for content in contents
        ]
        arrays = [
            ring.arrays(slice(rows[first].slot, rows[end - 1].slot + 1), number)
            for number in range(len(ring.layout.arrays))
            for first, end in runs_of(rows)
        ]
        return [b"".join(texts), *arrays]

    def _answer(self, identity: bytes, header: bytes, parts: Sequence[bytes] = ()) -> None:
        try:
            self._door.send(identity, header, parts)
        except ConnectionError:
            return  # it may come back and ask again

    def _reach(self, identity: bytes) -> bool:
        try:
            self._door.send(identity, packed("ping"))
        except ConnectionError:
            return False
        return True

    def _say_wait(self) -> None:
        for identity in self._unwelcomed:
            self._answer(identity, packed("wait", request=0))
        for reader, request in list(self._readers.waiting) if self._readers else ():
            self._answer(reader.identity, packed("wait", request=request.number))
        self._commands.say_wait()

    def _say_end(self, message: str) -> None:
        identities = self._readers.identities if self._readers else []
        for identity in [*identities, *self._unwelcomed]:
            self._answer(identity, packed("refused", message=message))

    def _say_fault(self, fault: str) -> None:
        self._faults += 1
        if self._faults <= _FAULTS_SAID:
            last = "; no more of these are told" if self._faults == _FAULTS_SAID else ""
            self._noticed(f"a message was ignored that follows no protocol: {fault}{last}")

    def statistics(self) -> Mapping[str, Any]:
        """Return how the stream goes; docs/streaming.md says what each value means."""
        instances, table, readers = self._instances, self._table, self._readers
        if table is not None:
            table.take_released()
        return {
            "version": self._source.version,
            "frames_made": instances.made,
            "frames_delivered": self._delivered,
            "frames_per_second": round(instances.rate, 3),
            "ready": table.ready if table else 0,
            "queue": self._settings.queue,
            "held": table.granted if table else 0,
            "slots": self._ring.slots if self._ring else 0,
            "readers": readers.count if readers else 0,
            "rejected_arrangements": instances.rejected,
            "classes": dict(instances.classes),
            "replaced": self._crew.replaced,
            "set_aside": {str(scene): why for scene, why in self._crew.set_aside.items()},
            "ignored_messages": self._faults,
            "instances": instances.states(),
        }


def _lent(layout: FrameLayout) -> int:
    """Return how many frames readers may hold if nobody has said so."""
    return max(_LEAST_LENT, min(_MOST_LENT, _LENT_BYTES // layout.slot_bytes))
