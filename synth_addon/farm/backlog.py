"""Scenes that are still to be made, found as they are needed: ten million take no memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence


class Backlog:
    """Scenes in their order, before those that come from workers that were ended.

    Args:
        scenes: yields them.
        count: how many it yields.
    """

    def __init__(self, scenes: Iterator[int], count: int) -> None:
        self._scenes, self._left = scenes, count
        self._returned: deque[int] = deque()

    def __len__(self) -> int:
        return len(self._returned) + self._left

    @property
    def next_returned(self) -> int | None:
        """The next scene if it comes from a worker that was ended."""
        return self._returned[0] if self._returned else None

    def take(self) -> int:
        """Return the next scene; there must be one."""
        if self._returned:
            return self._returned.popleft()
        self._left -= 1
        return next(self._scenes)

    def give_back(self, scenes: Sequence[int]) -> None:
        """Put scenes, in their order, before all others."""
        self._returned.extendleft(reversed(scenes))
