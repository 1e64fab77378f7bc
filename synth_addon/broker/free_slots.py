"""Free slots of a ring, handed out so that batches lie in one piece and few slots are in use."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

_LEAST_BLOCK = 8


class FreeSlots:
    """The slots that hold nothing.

    Slots are handed out in blocks of neighbours, as large as the batches that are asked for: such
    a batch is one array without a gap. The lowest whole block comes first, so that memory which
    was used a moment ago, and is in the processor's cache yet, is used again.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._free = set(range(slots))
        self._next = 0
        self._block = 0
        self.fit(_LEAST_BLOCK)

    def __len__(self) -> int:
        return len(self._free)

    def fit(self, batch: int) -> None:
        """Hand slots out for batches of so many frames."""
        block = max(_LEAST_BLOCK, min(batch, self._slots))
        if block == self._block:
            return
        self._block = block
        self._left = [0] * -(-self._slots // block)
        for slot in self._free:
            self._left[slot // block] += 1
        self._whole = [number for number in range(len(self._left)) if self._is_whole(number)]

    def take(self) -> int:
        """Return a slot, which is free no more.

        Raises:
            IndexError: there is none.
        """
        slot = self._next
        if slot not in self._free or slot % self._block == 0:
            slot = self._first()
        self._free.remove(slot)
        self._left[slot // self._block] -= 1
        self._next = slot + 1
        return slot

    def add(self, slots: Iterable[int]) -> None:
        """Take slots back."""
        for slot in slots:
            self._free.add(slot)
            number = slot // self._block
            self._left[number] += 1
            if self._is_whole(number):
                heapq.heappush(self._whole, number)

    def _first(self) -> int:
        """Return the first slot of the lowest whole block, or else the lowest slot."""
        while self._whole:
            number = heapq.heappop(self._whole)
            if self._is_whole(number):
                return number * self._block
        if not self._free:
            raise IndexError("no slot is free")
        return min(self._free)

    def _is_whole(self, number: int) -> bool:
        return self._left[number] == self._block
