"""Frames for those who have asked, in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..stream.ring import Ring
from ..stream.wire import Header, packed
from .answers import Answers
from .reader import Reader, Request, trainer_of
from .readers import Readers
from .slot_table import SlotTable

NOT_SERVING: Mapping[str, int] = dict.fromkeys(
    ("frames_delivered", "ready", "held", "slots", "readers"), 0
)
"""Statistics before there is anything to give."""

_COPIES = (
    "readers hold {} frames, as many as they may. Workers of a DataLoader get copies now, which "
    "count as used even if nobody looks at them. Give a larger --lent, or keep fewer batches"
)


class Serving:
    """Answers requests as far as there are frames.

    Args:
        are_all_made: tells whether no more frames will be made.
        noticed: told what a person should know.

    Attributes:
        delivered: how many frames were given.
        is_by_tcp: whether the frames that were given last went through TCP.
        holds_back: whether somebody is to use what it has before it gets more.
    """

    def __init__(
        self,
        ring: Ring,
        table: SlotTable,
        readers: Readers,
        answers: Answers,
        are_all_made: Callable[[], bool],
        noticed: Callable[[str], None],
    ) -> None:
        self.ring, self.table, self.readers = ring, table, readers
        self._answers, self._are_all_made, self._noticed = answers, are_all_made, noticed
        self.delivered = self._served = 0
        self.is_by_tcp = self.holds_back = self._has_warned = False

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to give or to get back, and nobody reads."""
        return not (self.table.ready or self.table.granted or self.readers.count)

    def ask(self, reader: Reader, header: Header) -> None:
        """Note requests; those that were answered before are answered again."""
        transport = header["transport"]
        reader.is_local |= transport == "shared"
        for number, count in header["requests"]:
            self.table.fit(count)
            request = Request(number, count, transport)
            if not reader.ask(request):
                self._give_again(reader, request)

    def take_claim(self, reader: Reader, header: Header) -> None:
        """Note that a trainer is to use frames, and answer whether they are its own yet."""
        number = header["request"]
        if number not in reader.claimed:  # else the answer did not arrive
            fillings = [(slot, filling) for slot, filling in header["fillings"]]
            trainer = trainer_of(reader, header["trainer"])
            reader.note_claim(number, is_its_own=self.readers.claim(trainer, fillings))
        answer = packed("claimed", request=number, is_yours=reader.claimed[number])
        self._answers.say(reader.identity, answer)

    def say_wait(self) -> None:
        """Tell those who wait that the stream lives."""
        for reader, request in list(self.readers.waiting):
            self._answers.say(reader.identity, packed("wait", request=request.number))

    def serve(self) -> None:
        """Answer requests of all readers in turn."""
        self.holds_back = False
        while self._serve_each():
            pass
        self._answers.flush()

    def statistics(self) -> Mapping[str, int]:
        """Return how many frames there are where, and how many readers."""
        self.table.take_released()
        return {
            "frames_delivered": self.delivered,
            "ready": self.table.ready,
            "held": self.table.granted,
            "slots": self.ring.slots,
            "readers": self.readers.count,
        }

    def _serve_each(self) -> bool:
        """Answer a request of each reader, and tell whether there may be frames for more.

        A batch comes whole or not yet, and nobody with a smaller one comes before.
        """
        has_served = False
        for reader, request in list(self.readers.waiting):
            enough = min(request.count, self.table.queue)
            if self.table.ready < enough and not self._are_all_made():
                return False
            if not self.table.ready and self.readers.may_get_more(reader):
                continue
            if not self.table.can_lend(request.count) and self.readers.has_some_left(reader):
                self.holds_back = True  # they would be copied, which counts as using them
                continue
            self._give(reader, request)
            has_served = True
        return has_served

    def _give(self, reader: Reader, request: Request) -> None:
        reader.requests.popleft()
        reader.answered = request.number
        self._served += 1
        reader.served = self._served
        contents = self.table.grant(reader.number, request.count)
        for content in contents:
            content.request = request.number
        self.delivered += len(contents)
        self.is_by_tcp = request.transport == "tcp"
        if not (reader.is_own or self._has_warned or all(c.row.is_lent for c in contents)):
            self._has_warned = True
            self._noticed(_COPIES.format(self.table.lendable))
        if contents:
            self._answers.give(self.ring, reader, request, contents)
        else:
            self._answers.flush()
            self._answers.say(reader.identity, packed("end", request=request.number))

    def _give_again(self, reader: Reader, request: Request) -> None:
        given = self.table.granted_to(reader.number)
        contents = [content for content in given if content.request == request.number]
        if not contents:
            self._answers.say(reader.identity, packed("lost", request=request.number))
        elif all(content.is_sent for content in contents):
            self._answers.give(self.ring, reader, request, contents)
            self._answers.flush()
