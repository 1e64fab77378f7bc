"""A bounded store of frames seen before, to train on again."""

from __future__ import annotations

from copy import deepcopy
from typing import Generic, Literal, TypeVar, cast

from ..core.random_streams import random_stream
from .frames import StreamBatch

Item = TypeVar("Item")
Eviction = Literal["reservoir", "fifo"]


class ReplayBuffer(Generic[Item]):
    """Keeps copies of at most `capacity` items.

    With ``"reservoir"`` every item ever added is kept with the same probability (Vitter, "Random
    sampling with a reservoir", 1985, algorithm R); with ``"fifo"`` the latest are kept.

    Raises:
        ValueError: `capacity` is not positive, or the eviction unknown.
    """

    def __init__(self, capacity: int, *, eviction: Eviction = "reservoir", seed: int = 0) -> None:
        if capacity < 1:
            raise ValueError(f"needs a capacity of at least 1, not {capacity}")
        if eviction not in {"reservoir", "fifo"}:
            raise ValueError(f'eviction is "reservoir" or "fifo", not {eviction!r}')
        self._capacity, self._eviction = capacity, eviction
        self._evictions = random_stream(seed, 0, "replay evictions")
        self._samples = random_stream(seed, 0, "replay samples")
        self._items: list[Item] = []
        self._added = 0

    def __len__(self) -> int:
        return len(self._items)

    @property
    def added(self) -> int:
        """How many items were added, kept or not."""
        return self._added

    def add(self, item: Item) -> bool:
        """Add an item and return whether a copy of it was kept.

        Nothing that is kept shares memory with `item`, whose arrays the stream may use again. A
        frame or batch of a stream is kept as a dict.
        """
        place = self._place()
        self._added += 1
        if place >= self._capacity:
            return False
        self._items[place : place + 1] = [_copy_of(item)]
        return True

    def sample(self, count: int) -> list[Item]:
        """Return copies of `count` items, each at most once while there are so many.

        Raises:
            ValueError: `count` is negative, or the buffer is empty and `count` is not 0.
        """
        if count < 0 or (count and not self._items):
            raise ValueError(f"cannot sample {count} of {len(self._items)} items")
        places: list[int] = []
        while len(places) < count:
            places += self._samples.permutation(len(self._items)).tolist()
        return [deepcopy(self._items[place]) for place in places[:count]]

    def _place(self) -> int:
        """Return where the next item goes; `capacity` or more is nowhere."""
        if self._added < self._capacity:
            return self._added
        if self._eviction == "fifo":
            return self._added % self._capacity
        return int(self._evictions.integers(0, self._added + 1))


def _copy_of(item: Item) -> Item:
    # a stream's frame would pass its memory on instead of being copied
    plain = dict(item.items()) if isinstance(item, StreamBatch) else item
    return cast(Item, deepcopy(plain))
