"""Frames from several sources in one sequence: streamed, recorded and real ones, by ratio."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, Literal, TypeVar

import numpy as np

from ..core.random_streams import random_stream

Item = TypeVar("Item")


class Mix(Generic[Item]):
    """Takes each next item from a source that is drawn by ratio, as the seed decides.

    The sources may be any iterables of anything: frames, or batches.

    Args:
        sources: by name.
        ratio: how often each is drawn, against the others; 0 for never.
        stop: ``"first"`` ends as soon as a source that is drawn has ended; ``"all"`` shares its
            part among the others in their own ratio and ends when all have.

    Raises:
        ValueError: the names differ, or a ratio is negative, not finite, or all are 0.
    """

    def __init__(
        self,
        sources: Mapping[str, Iterable[Item]],
        ratio: Mapping[str, float],
        *,
        seed: int = 0,
        stop: Literal["first", "all"] = "first",
    ) -> None:
        if set(sources) != set(ratio):
            raise ValueError(f"sources are {sorted(sources)}, but ratios are of {sorted(ratio)}")
        if min(ratio.values(), default=0) < 0 or not 0 < sum(ratio.values()) < math.inf:
            raise ValueError("ratios must be finite, not negative, and not all 0")
        if stop not in {"first", "all"}:
            raise ValueError(f'stop is "first" or "all", not {stop!r}')
        self._sources, self._seed, self._stop = dict(sources), seed, stop
        self._ratio = {name: ratio[name] for name in sorted(ratio) if ratio[name] > 0}

    def __iter__(self) -> Iterator[Item]:
        """Yield items; every pass draws the same sources in the same order."""
        rng = random_stream(self._seed, 0, "mix")
        left = {name: iter(self._sources[name]) for name in self._ratio}
        while left:
            name = self._drawn(left, rng)
            try:
                item = next(left[name])
            except StopIteration:
                if self._stop == "first":
                    return
                del left[name]
                continue
            yield item

    def _drawn(self, names: Iterable[str], rng: np.random.Generator) -> str:
        known = list(names)
        edges = np.cumsum([self._ratio[name] for name in known])
        return known[int(np.searchsorted(edges / edges[-1], rng.random(), side="right"))]


class Endless(Generic[Item]):
    """Goes through a source anew whenever it has ended, such as a folder of real photos.

    Args:
        source: something that can be gone through more than once, so no generator.
    """

    def __init__(self, source: Iterable[Item]) -> None:
        self._source = source

    def __iter__(self) -> Iterator[Item]:
        """Yield items without end.

        Raises:
            ValueError: a pass through the source found nothing.
        """
        while True:
            empty = True
            for item in self._source:
                empty = False
                yield item
            if empty:
                raise ValueError("a source that is to be repeated has nothing, or gives it once")
