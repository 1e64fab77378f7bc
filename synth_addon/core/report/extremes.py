"""The few most extreme of many, kept while they go by."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

KEPT = 5


@dataclass(frozen=True, order=True)
class Extreme:
    """One of the most extreme.

    Attributes:
        rank: the lower, the more extreme; ties go to the first frame.
        what: words for it, such as the object's name and its value.
    """

    rank: float
    frame: int
    instance_id: int
    what: str


class Extremes:
    """Keeps the `limit` lowest ranks."""

    def __init__(self, limit: int = KEPT) -> None:
        self._limit = limit
        self._heap: list[tuple[float, int, int, str]] = []

    def add(self, rank: float, frame: int, what: str, instance_id: int = 0) -> None:
        """Keep one where it is among the most extreme so far."""
        # A heap gives its lowest away first, so what is kept goes in with its sign turned.
        entry = (-rank, -frame, -instance_id, what)
        if len(self._heap) < self._limit:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    def most_extreme(self) -> list[Extreme]:
        """Return what was kept, the most extreme first."""
        return sorted(
            Extreme(-rank, -frame, -instance, what) for rank, frame, instance, what in self._heap
        )
