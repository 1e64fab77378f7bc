"""Who reads a stream, and what becomes of frames whose reader is gone.

A frame is used once its claim is seen. A reader that ends may have passed frames on: a loader's
worker has put them into a queue that its trainer reads later. So frames of such a reader that its
trainer has not got into hand go to others only once it never will: when it has begun a newer epoch,
or the worker's process has ended, as loaders end workers after they have got all. Those in hand go
to others unless they are used when the trainer is gone, or lets go of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from ..stream.lease import Filling
from ..stream.wire import Header
from .reader import Reader, Request, is_running, reader_of
from .slot_table import Content, SlotTable

_SILENCE_S = 1.0
"""After which it is found out whether a reader can still be reached."""
_ABSENCE_S = 5.0
"""A reader that cannot be reached for so long is gone; before, it may come back."""
_TRAINER_ABSENCE_S = 30.0
"""The same for the trainer on another machine, whose processes cannot be looked at."""
_MEMORY_S = 60.0
"""A reader that is gone and comes back so soon is known yet."""
MOST_READERS = 4096


class Readers:
    """All who have said hello.

    Args:
        reach: tries to send something to a socket's identity; returns whether it can be reached.
        noticed: told what a person should know.
    """

    def __init__(
        self,
        table: SlotTable,
        reach: Callable[[bytes], bool],
        noticed: Callable[[str], None],
    ) -> None:
        self._table, self._reach, self._noticed = table, reach, noticed
        self._by_identity: dict[bytes, Reader] = {}
        self._by_number: dict[int, Reader] = {}
        self._newest: dict[str, tuple[int, str]] = {}
        self._count = 0
        self._revoked: list[tuple[Content, Filling]] = []
        self._seen: dict[str, float] = {}

    @property
    def waiting(self) -> Iterator[tuple[Reader, Request]]:
        """Readers with the request that each has waited longest for, those first that were served
        least recently.
        """
        readers = [r for r in self._by_number.values() if r.requests and not r.is_over]
        for reader in sorted(readers, key=lambda reader: reader.served):
            yield reader, reader.requests[0]

    @property
    def count(self) -> int:
        """How many readers there are that may ask for frames."""
        readers = self._by_number.values()
        return sum(reader.reads_frames and not reader.is_over for reader in readers)

    @property
    def identities(self) -> list[bytes]:
        """The sockets of those who are not over."""
        return [r.identity for r in self._by_number.values() if not r.is_over]

    def has_room_for(self, identity: bytes) -> bool:
        """Tell whether one more may read, or it is one that reads already."""
        return identity in self._by_identity or len(self._by_number) < MOST_READERS

    def welcome(self, identity: bytes, hello: Header) -> Reader:
        """Note a reader; one that says hello again stays the same, even if it was gone."""
        known = self._by_identity.get(identity)
        if known is not None and not known.has_left:
            known.is_over, known.lost = False, None
            return known
        self._count += 1
        reader = reader_of(self._count, identity, hello)
        self._by_identity[identity] = self._by_number[reader.number] = reader
        self._newest[reader.trainer] = (reader.number, reader.epoch)
        self._seen[reader.trainer_name] = reader.heard
        return reader

    def find(self, identity: bytes) -> Reader | None:
        """Return who has that identity and is not over."""
        reader = self._by_identity.get(identity)
        if reader is None or reader.is_over:
            return None
        reader.heard, reader.lost = time.monotonic(), None
        return reader

    def leave(self, reader: Reader, passed: int, missed: Sequence[int] = ()) -> None:
        """Note that a reader has said that it will ask no more.

        Args:
            passed: number of the last of its requests whose frames may be used yet.
            missed: numbers of earlier ones whose frames it has not got.
        """
        reader.has_left = True
        self._end(reader)
        given = self._table.granted_to(reader.number)
        self._table.take_back(
            [c for c in self._in_no_hand(given) if c.request > passed or c.request in missed]
        )

    def claim(self, trainer: str, fillings: Sequence[Filling]) -> bool:
        """Note which frames a trainer uses that has received copies of them.

        Returns:
            whether all of them are its own yet; if not, none is noted.
        """
        readers = [self._by_number.get(self._table.reader_of(filling)) for filling in fillings]
        if any(reader is None or reader.trainer != trainer for reader in readers):
            return False
        self._table.has_claimed(fillings)
        return True

    def may_get_more(self, reader: Reader) -> bool:
        """Tell whether frames may come back that a reader can be given."""
        now, grants = time.monotonic(), self._table.grants()
        others = [self._by_number[number] for number in grants if number != reader.number]
        return any(
            (self._comes_later(other, reader) and self._in_no_hand(grants[other.number]))
            or (self._is_doubtful(other, now) and self._unclaimed(grants[other.number]))
            for other in others
        )

    def has_some_left(self, reader: Reader) -> bool:
        """Tell whether a reader that uses frames itself has not yet used all that it was given."""
        return reader.is_own and bool(self._unclaimed(self._table.granted_to(reader.number)))

    def watch(self) -> None:
        """Find out who is gone, and give their frames to others once that is safe."""
        now = time.monotonic()
        self._settle_revoked()
        grants = self._table.grants()
        for reader in list(self._by_number.values()):
            if reader.is_over:
                self._settle(reader, grants.get(reader.number, ()), now)
            elif self._is_gone(reader, now):
                self._noticed(f"reader {reader.number} (process {reader.process}) is gone")
                self._end(reader)
            elif reader.lost is None:
                self._seen[reader.trainer_name] = now

    def _end(self, reader: Reader) -> None:
        reader.is_over = True
        reader.requests.clear()

    def _comes_later(self, other: Reader, reader: Reader) -> bool:
        """Tell whether frames of another are still to come back: of a worker that has ended, or of
        an earlier epoch of the same trainer.
        """
        return self._has_ended(other) or (
            other.trainer == reader.trainer and self._has_newer(other)
        )

    def _is_doubtful(self, reader: Reader, now: float) -> bool:
        """Tell whether a reader's frames may soon turn out to be nobody's."""
        if reader.is_local:
            return not is_running(reader.trainer_process)
        if not reader.is_over:
            return self._is_lost(reader, now)
        return reader.is_own or now - self._seen[reader.trainer_name] > _SILENCE_S

    def _is_gone(self, reader: Reader, now: float) -> bool:
        if reader.is_local:
            return not (is_running(reader.process) and is_running(reader.trainer_process))
        if now - max(reader.heard, reader.reached) < _SILENCE_S:
            return False
        is_lost = self._is_lost(reader, now)
        return is_lost and reader.lost is not None and now - reader.lost > _ABSENCE_S

    def _is_lost(self, reader: Reader, now: float) -> bool:
        """Find out whether a reader cannot be reached."""
        if self._reach(reader.identity):
            reader.lost, reader.reached = None, now
        elif reader.lost is None:
            reader.lost = now
        return reader.lost is not None

    def _settle(self, reader: Reader, given: Sequence[Content], now: float) -> None:
        """Free or take back what a reader that is over was given."""
        unclaimed = self._unclaimed(given)
        if not given:  # and none will be
            if reader.is_local or reader.has_left or now - reader.heard > _MEMORY_S:
                self._forget(reader)
        elif self._is_trainer_gone(reader, now):
            self._table.take_back(unclaimed)
            self._table.release([content for content in given if content not in unclaimed])
        elif not self._revoked and (self._has_ended(reader) or self._has_newer(reader)):
            in_no_hand = self._in_no_hand(given)
            self._table.revoke(in_no_hand)
            self._revoked = [(content, content.filling) for content in in_no_hand]

    def _forget(self, reader: Reader) -> None:
        del self._by_number[reader.number]
        if self._by_identity[reader.identity] is reader:
            del self._by_identity[reader.identity]
        others = self._by_number.values()
        if all(other.trainer != reader.trainer for other in others):
            del self._newest[reader.trainer]
        if all(other.trainer_name != reader.trainer_name for other in others):
            self._seen.pop(reader.trainer_name, None)

    def _settle_revoked(self) -> None:
        """Take frames back that nobody can have got into hand since they were revoked."""
        for content, filling in self._revoked:
            if not self._table.reader_of(filling):
                continue  # it was released meanwhile
            if self._table.is_in_hand(content):
                self._table.restore([content])
            else:
                self._table.take_back([content])
        self._revoked = []

    def _unclaimed(self, contents: Sequence[Content]) -> list[Content]:
        return [content for content in contents if not self._table.is_claimed(content)]

    def _in_no_hand(self, contents: Sequence[Content]) -> list[Content]:
        return [content for content in contents if not self._table.is_in_hand(content)]

    def _is_trainer_gone(self, reader: Reader, now: float) -> bool:
        if reader.is_local:
            return not is_running(reader.trainer_process)
        # one that uses its frames itself is told when they are no longer its own
        return reader.is_own or now - self._seen[reader.trainer_name] > _TRAINER_ABSENCE_S

    def _has_ended(self, reader: Reader) -> bool:
        """Tell whether a reader's process is seen to run no more."""
        return reader.is_local and not is_running(reader.process)

    def _has_newer(self, reader: Reader) -> bool:
        """Tell whether the trainer has begun a newer epoch of the same dataset."""
        number, epoch = self._newest[reader.trainer]
        return number > reader.number and epoch != reader.epoch
