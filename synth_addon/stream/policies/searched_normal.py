"""A truncated normal distribution whose mean and spread are searched for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...core.distributions import Normal

_LEAST_SIGMA = 1e-3
"""As a share of the limits' distance, where nothing else is said."""


@dataclass(frozen=True)
class SearchedNormal:
    """Normal with `mean` and `sigma`, cut off at `low` and `high`.

    Attributes:
        least_sigma: bound of `sigma` from below, so that the search does not come to an end;
            None for a thousandth of the limits' distance. From above the distance itself bounds
            it, as a wider one would be nearly uniform.

    Raises:
        ValueError: the limits are reversed, the mean lies outside, or sigma beyond its bounds.
    """

    mean: float
    sigma: float
    low: float
    high: float
    least_sigma: float | None = None

    def __post_init__(self) -> None:
        if not self.low <= self.mean <= self.high or self.low == self.high:
            raise ValueError(f"needs low <= mean <= high and low < high: {self}")
        least, most = self._sigma_bounds
        if not 0 < least <= self.sigma <= most:
            raise ValueError(f"sigma {self.sigma} is not within {least} to {most}")

    @property
    def _sigma_bounds(self) -> tuple[float, float]:
        width = self.high - self.low
        return width * _LEAST_SIGMA if self.least_sigma is None else self.least_sigma, width

    @cached_property
    def _cut(self) -> _Cut:
        return _Cut.of((self.low - self.mean) / self.sigma, (self.high - self.mean) / self.sigma)

    def to_json(self) -> Any:
        """Return the distribution as a recipe states it."""
        return self._normal.to_json()

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one number."""
        return self._normal.draw(rng)

    @property
    def _normal(self) -> Normal:
        return Normal(self.mean, self.sigma, self.low, self.high)

    def score(self, drawn: float) -> tuple[float, float]:
        """Return the derivatives of the log density at `drawn` by mean and by log sigma.

        The density is phi(z) / (sigma Z), where z = (x - mean) / sigma and Z is the share of the
        normal distribution between the limits, which depends on both parameters too.
        """
        z = (drawn - self.mean) / self.sigma
        return (z - self._cut.by_mean) / self.sigma, z**2 - 1 - self._cut.by_log_sigma

    def moved(self, by_mean: float, by_log_sigma: float, rate: float) -> SearchedNormal:
        """Return the distribution after one step along a gradient, within its bounds.

        The step is that of the natural gradient of the normal without limits, whose Fisher
        information is 1 / sigma^2 for the mean and 2 for log sigma; so it is measured in sigmas,
        whatever the unit. Wierstra et al., "Natural evolution strategies", 2014.
        """
        mean = self.mean + rate * self.sigma**2 * by_mean
        sigma = self.sigma * math.exp(rate * by_log_sigma / 2)
        least, most = self._sigma_bounds
        return SearchedNormal(
            min(max(mean, self.low), self.high),
            min(max(sigma, least), most),
            self.low,
            self.high,
            self.least_sigma,
        )


@dataclass(frozen=True)
class _Cut:
    """The derivatives of log Z; by the mean in units of 1 / sigma."""

    by_mean: float
    by_log_sigma: float

    @classmethod
    def of(cls, low: float, high: float) -> _Cut:
        """Return them for limits `low` and `high` sigmas away from the mean."""
        share = (math.erf(high / math.sqrt(2)) - math.erf(low / math.sqrt(2))) / 2
        at_low, at_high = _density(low), _density(high)
        return cls((at_low - at_high) / share, (low * at_low - high * at_high) / share)


def _density(z: float) -> float:
    return math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
