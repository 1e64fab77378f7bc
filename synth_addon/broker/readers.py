"""Who reads a stream, and what becomes of frames whose reader is gone.

A frame is used once its claim is seen. A reader that ends may have passed frames on: a loader's
worker has put them into a queue that its trainer reads later. So the unclaimed frames of a reader
that is over go to others only when the trainer is gone too, or has begun a newer epoch: what it has
not looked at by then it never will.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from ..stream.wire import Header
from .reader import Reader, Request, is_running, reader_of
from .slot_table import Content, SlotTable

_SILENCE_S = 1.0
"""After which it is found out whether a reader can still be reached."""
_ABSENCE_S = 5.0
"""A reader that cannot be reached for so long is gone; before, it may come back."""
_TRAINER_ABSENCE_S = 30.0
"""The same for the trainer on another machine, whose processes cannot be looked at."""


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
        self._newest: dict[str, tuple[int, str]] = {}
        self._count = 0
        self._revoked: list[Content] = []
        self._seen: dict[str, float] = {}

    @property
    def waiting(self) -> Iterator[tuple[Reader, Request]]:
        """Readers with the request that each has waited longest for, those first that were served
        least recently.
        """
        readers = [r for r in self._by_identity.values() if r.requests and not r.is_over]
        for reader in sorted(readers, key=lambda reader: reader.served):
            yield reader, reader.requests[0]

    @property
    def count(self) -> int:
        """How many readers there are that may ask for frames."""
        return sum(not reader.is_over for reader in self._by_identity.values())

    @property
    def identities(self) -> list[bytes]:
        """The sockets of those who are not over."""
        return [r.identity for r in self._by_identity.values() if not r.is_over]

    def welcome(self, identity: bytes, hello: Header) -> Reader:
        """Note a reader; one that says hello again stays the same."""
        known = self._by_identity.get(identity)
        if known is not None and not known.is_over:
            return known
        self._count += 1
        reader = reader_of(self._count, identity, hello)
        self._by_identity[identity] = reader
        self._newest[reader.trainer] = (reader.number, reader.epoch)
        return reader

    def find(self, identity: bytes) -> Reader | None:
        """Return who has that identity and is not over."""
        reader = self._by_identity.get(identity)
        if reader is None or reader.is_over:
            return None
        reader.heard, reader.lost = time.monotonic(), None
        return reader

    def end(self, reader: Reader, passed: int) -> None:
        """Note that a reader will ask no more.

        Args:
            passed: number of the last of its requests whose frames may be used yet.
        """
        reader.is_over = True
        reader.requests.clear()
        given = self._table.granted_to(reader.number)
        self._table.take_back(
            [c for c in given if c.request > passed and not self._table.is_claimed(c)]
        )

    def may_get_more(self, reader: Reader) -> bool:
        """Tell whether frames of an earlier epoch of the same trainer may come back yet."""
        return any(
            other.trainer == reader.trainer
            and self._has_newer(other)
            and not all(map(self._table.is_claimed, self._table.granted_to(other.number)))
            for other in self._by_identity.values()
        )

    def watch(self) -> None:
        """Find out who is gone, and give their frames to others once that is safe."""
        now = time.monotonic()
        self._settle_revoked()
        for reader in list(self._by_identity.values()):
            if reader.is_over:
                self._settle(reader, now)
            elif self._is_gone(reader, now):
                self._noticed(f"reader {reader.number} (process {reader.process}) is gone")
                self.end(reader, reader.answered)
            else:
                self._seen[reader.trainer_name] = now

    def _is_gone(self, reader: Reader, now: float) -> bool:
        if reader.is_local:
            return not is_running(reader.process)
        if now - reader.heard < _SILENCE_S:
            return False
        if self._reach(reader.identity):
            reader.lost = None
        elif reader.lost is None:
            reader.lost = now
        return reader.lost is not None and now - reader.lost > _ABSENCE_S

    def _settle(self, reader: Reader, now: float) -> None:
        """Free or take back what a reader that is over was given."""
        given = self._table.granted_to(reader.number)
        unclaimed = [content for content in given if not self._table.is_claimed(content)]
        if not given:  # and none will be
            del self._by_identity[reader.identity]
        elif self._is_trainer_gone(reader, now):
            self._table.take_back(unclaimed)
            self._table.release([content for content in given if content not in unclaimed])
        elif unclaimed and not self._revoked and self._has_newer(reader):
            self._table.revoke(unclaimed)
            self._revoked = unclaimed

    def _settle_revoked(self) -> None:
        """Take frames back that nobody can have begun to use since they were revoked."""
        claimed = [content for content in self._revoked if self._table.is_claimed(content)]
        self._table.restore(claimed)
        self._table.take_back([content for content in self._revoked if content not in claimed])
        self._revoked = []

    def _is_trainer_gone(self, reader: Reader, now: float) -> bool:
        if reader.is_local:
            return not is_running(reader.trainer_process)
        return now - self._seen.get(reader.trainer_name, now) > _TRAINER_ABSENCE_S

    def _has_newer(self, reader: Reader) -> bool:
        """Tell whether the trainer has begun a newer epoch of the same dataset."""
        number, epoch = self._newest[reader.trainer]
        return number > reader.number and epoch != reader.epoch
