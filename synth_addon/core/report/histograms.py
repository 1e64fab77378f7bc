"""Histograms of fixed size, filled one value at a time, and how two of them differ."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Bins:
    """Equal bins from `low` to `high`, of the values or of their logarithms.

    Values beyond an end count in the bin there.
    """

    low: float
    high: float
    count: int
    logarithmic: bool = False

    def index(self, value: float) -> int:
        """Return the number of the bin that a value falls into."""
        share = (self._scaled(value) - self._scaled(self.low)) / self._span
        return min(self.count - 1, max(0, math.floor(share * self.count)))

    def edge(self, position: float) -> float:
        """Return the value at a place along the bins, 0 to `count`."""
        scaled = self._scaled(self.low) + self._span * position / self.count
        return math.exp(scaled) if self.logarithmic else scaled

    @property
    def step(self) -> float:
        """The width of a bin; with logarithmic bins that of the natural logarithm."""
        return self._span / self.count

    @property
    def _span(self) -> float:
        return self._scaled(self.high) - self._scaled(self.low)

    def _scaled(self, value: float) -> float:
        return math.log(max(value, self.low)) if self.logarithmic else value


class Histogram:
    """Counts of values in bins.

    Attributes:
        least, most: of all values.
    """

    def __init__(self, bins: Bins) -> None:
        self.bins = bins
        self.counts: NDArray[np.int64] = np.zeros(bins.count, np.int64)
        self.least, self.most = math.inf, -math.inf

    def add(self, value: float) -> None:
        """Count one value."""
        self.counts[self.bins.index(value)] += 1
        self.least, self.most = min(self.least, value), max(self.most, value)

    @property
    def total(self) -> int:
        """How many values were counted."""
        return int(self.counts.sum())

    @property
    def shares(self) -> NDArray[np.float64]:
        """The share of all values in each bin, zeros where there are none."""
        return self.counts / max(1, self.total)

    def quantile(self, share: float) -> float:
        """Return the value below which a share of all values lies, even within a bin."""
        wanted, below = share * self.total, 0
        for index, count in enumerate(self.counts.tolist()):
            if count and below + count >= wanted:
                value = self.bins.edge(index + (wanted - below) / count)
                return min(self.most, max(self.least, value))
            below += count
        return self.bins.low

    @property
    def median(self) -> float:
        """The value in the middle."""
        return self.quantile(0.5)


def overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the histogram intersection of two arrays of shares: 1 equal, 0 nothing in common."""
    return float(np.minimum(one, other).sum())


def wasserstein(one: Histogram, other: Histogram) -> float:
    """Return how far values must move on average to turn one histogram into the other.

    In the unit of the values; with logarithmic bins as a factor, 1 or more.
    """
    gap = np.abs(np.cumsum(one.shares) - np.cumsum(other.shares)).sum() * one.bins.step
    return math.exp(gap) if one.bins.logarithmic else float(gap)
