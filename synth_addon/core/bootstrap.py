"""How well a mean is known from a few measurements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

from .random_streams import random_stream

LEAST_VALUES = 2
"""A single value says nothing of how much values differ."""
BOOTSTRAP_SEED = 0
_RESAMPLES = 10_000
_TAIL = 0.025


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval."""

    low: float
    mean: float
    high: float

    def times(self, factor: float) -> Estimate:
        """Return the estimate of a multiple; `factor` is not negative."""
        return Estimate(self.low * factor, self.mean * factor, self.high * factor)

    def plus(self, amount: float) -> Estimate:
        """Return the estimate of the sum with a number that is known."""
        return Estimate(self.low + amount, self.mean + amount, self.high + amount)


def mean_estimate(values: Sequence[float]) -> Estimate:
    """Return the mean and its 95 % bootstrap interval; equal values give equal intervals.

    The interval is the expanded percentile interval of Hesterberg, What Teachers Should Know About
    the Bootstrap, The American Statistician 69 (2015), 371: plain percentiles are too narrow for
    few values.

    Raises:
        ValueError: there are fewer than two values.
    """
    if len(values) < LEAST_VALUES:
        raise ValueError(f"{len(values)} values have no interval")
    array = np.asarray(values, dtype=float)
    stream = random_stream(BOOTSTRAP_SEED, 0, "bootstrap of a mean")
    picked = stream.integers(0, len(array), (_RESAMPLES, len(array)))
    tail = _expanded_tail(len(array))
    low, high = np.quantile(array[picked].mean(axis=1), [tail, 1.0 - tail])
    mean = float(array.mean())
    return Estimate(min(float(low), mean), mean, max(float(high), mean))


def _expanded_tail(count: int) -> float:
    """Return the share of resamples beyond each end, so that the interval is as wide as Student's.

    The quantile of Student's distribution is the series 26.7.5 of Abramowitz and Stegun, Handbook
    of Mathematical Functions.
    """
    normal, freedom = NormalDist(), count - 1
    z = normal.inv_cdf(1.0 - _TAIL)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    student = z + first / freedom + second / freedom**2
    return normal.cdf(-sqrt(count / freedom) * student)
