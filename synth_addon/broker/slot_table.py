"""Which slot of the ring holds what: free, being filled, ready, or granted to a reader."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..stream.frame_row import FrameRow
from ..stream.lease import Filling
from .free_slots import FreeSlots


class Words(Protocol):
    """What a ring shares with readers; see `stream.ring`."""

    granted: NDArray[np.uint64]
    held: NDArray[np.uint64]
    claimed: NDArray[np.uint64]
    released: NDArray[np.uint64]


class Sending(Protocol):
    """What knows whether bytes that were handed to a socket are still needed."""

    @property
    def done(self) -> bool: ...


@dataclass(slots=True)
class Content:
    """A frame in a slot.

    Attributes:
        order: counts frames in the order in which they became ready.
        text: its annotation, where the slot has no room for it.
        reader: who it is granted to, and `request` the number of that reader's request; 0 for
            nobody.
        sendings: of its arrays, as long as a socket may still read them.
    """

    row: FrameRow
    order: int
    text: bytes | None
    reader: int = 0
    request: int = 0
    sendings: Sequence[Sending] = ()

    @property
    def filling(self) -> Filling:
        """Slot and filling."""
        return self.row[:2]

    @property
    def is_sent(self) -> bool:
        """Whether no socket reads its arrays any more."""
        return not self.sendings or all(sending.done for sending in self.sendings)


class SlotTable:
    """The broker's account of the ring.

    Args:
        words: the ring's.
        slots: how many there are.
        queue: how many frames may be ready or under way; the other slots are for readers, so
            frames that readers hold never keep all slots from going round.

    Attributes:
        lendable: how many frames readers may hold.
    """

    def __init__(self, words: Words, slots: int, queue: int) -> None:
        self._words, self.queue, self.lendable = words, queue, slots - queue
        self._fillings = [0] * slots
        self._granted = np.zeros(slots, np.uint64)
        self._free = FreeSlots(slots)
        self._filling: set[int] = set()
        self._ready: deque[Content] = deque()
        self._contents: dict[int, Content] = {}
        self._orders = 0

    @property
    def ready(self) -> int:
        """How many frames are ready."""
        return len(self._ready)

    @property
    def granted(self) -> int:
        """How many frames readers have been given, and have not released."""
        return len(self._contents)

    def can_lend(self, count: int) -> bool:
        """Tell whether readers may hold so many more frames."""
        return len(self._contents) + count <= self.lendable

    @property
    def is_starved(self) -> bool:
        """Whether frames could be made if readers released some."""
        return not self._free and len(self._ready) + len(self._filling) < self.queue

    def take_free(self) -> Filling | None:
        """Return a slot to be filled, or None while the queue is full."""
        if not self._free or len(self._ready) + len(self._filling) >= self.queue:
            return None
        slot = self._free.take()
        self._fillings[slot] += 1
        self._filling.add(slot)
        return slot, self._fillings[slot]

    def fill(self, row: FrameRow, text: bytes | None = None) -> None:
        """Note that a frame is ready in its slot."""
        self._filling.remove(row.slot)
        self._orders += 1
        self._ready.append(Content(row, self._orders, text))

    def empty(self, slot: int) -> None:
        """Note that a slot will not be filled after all."""
        self._filling.remove(slot)
        self._free.add([slot])

    def fit(self, batch: int) -> None:
        """Let batches of so many frames lie in one piece."""
        self._free.fit(batch)

    def grant(self, reader: int, count: int) -> list[Content]:
        """Give a reader the frames that have waited longest.

        Args:
            reader: its number, from 1.
        """
        if len(self._contents) + count > self.lendable:
            self.take_released()
        contents = [self._ready.popleft() for _ in range(min(count, len(self._ready)))]
        for content in contents:
            content.reader = reader
            is_lent = int(len(self._contents) < self.lendable)
            if content.row.is_lent != is_lent:
                content.row = content.row._replace(is_lent=is_lent)
            self._contents[content.row.slot] = content
        slots = [content.row.slot for content in contents]
        fillings = [content.row.filling for content in contents]
        self._granted[slots] = self._words.granted[slots] = fillings
        return contents

    def granted_to(self, reader: int) -> list[Content]:
        """Return the frames that a reader was given and has not released."""
        return [content for content in self._contents.values() if content.reader == reader]

    def grants(self) -> Mapping[int, list[Content]]:
        """Return the same for all readers that have some, by their numbers."""
        by_reader: dict[int, list[Content]] = {}
        for content in self._contents.values():
            by_reader.setdefault(content.reader, []).append(content)
        return by_reader

    def reader_of(self, filling: Filling) -> int:
        """Return the number of the reader that has a frame; 0 for nobody."""
        content = self._contents.get(filling[0])
        return content.reader if content is not None and content.filling == filling else 0

    def is_claimed(self, content: Content) -> bool:
        """Tell whether the reader has used a frame that it was given."""
        slot, filling = content.filling
        return bool(self._words.claimed[slot] == filling)

    def is_in_hand(self, content: Content) -> bool:
        """Tell whether the reader has used such a frame, or may use it at any time."""
        slot, filling = content.filling
        return self.is_claimed(content) or bool(self._words.held[slot] == filling)

    def has_claimed(self, fillings: Iterable[Filling]) -> None:
        """Note that readers elsewhere have used frames, and hold copies of them."""
        for slot, filling in fillings:
            if self.reader_of((slot, filling)):
                self._words.claimed[slot] = self._words.released[slot] = filling

    def take_released(self) -> None:
        """Free the slots that readers have released, and take back what they have not used."""
        if not self._contents:
            return
        has_released = (self._granted == self._words.released) & (self._granted != 0)
        is_unused = has_released & (self._granted != self._words.claimed)
        if is_unused.any():
            self.take_back([self._contents[slot] for slot in np.flatnonzero(is_unused).tolist()])
        self._free_if_sent(np.flatnonzero(has_released & ~is_unused).tolist())

    def revoke(self, contents: Sequence[Content]) -> None:
        """Keep readers from beginning to use frames that they were given."""
        for content in contents:
            self._words.granted[content.row.slot] = 0

    def restore(self, contents: Sequence[Content]) -> None:
        """Let readers use frames again that were revoked, and that they have not released."""
        for content in contents:
            slot, filling = content.filling
            if self._contents.get(slot) is content:
                self._words.granted[slot] = filling

    def take_back(self, contents: Sequence[Content]) -> None:
        """Make frames ready again that were given and not used, before all younger ones.

        They count as another filling, so that what their last reader writes late has no effect.
        """
        for content in contents:
            slot = content.row.slot
            del self._contents[slot]
            self._granted[slot] = self._words.granted[slot] = 0
            self._fillings[slot] += 1
            content.row = content.row._replace(filling=self._fillings[slot])
            content.reader = 0
        merged = sorted([*contents, *self._ready], key=lambda content: content.order)
        self._ready = deque(merged)

    def release(self, contents: Sequence[Content]) -> None:
        """Free slots whose reader is gone and has used them."""
        self._free_if_sent([content.row.slot for content in contents])

    def _free_if_sent(self, slots: Sequence[int]) -> None:
        sent = [slot for slot in slots if self._contents[slot].is_sent]
        if sent:
            for slot in sent:
                del self._contents[slot]
            self._granted[sent] = self._words.granted[sent] = 0
            self._free.add(sent)
