"""Distributions between two others."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from ...core.distributions import (
    Choice,
    Constant,
    Distribution,
    LogUniform,
    Normal,
    Uniform,
    parse_distribution,
)
from ...core.errors import Fault


def interpolated(start: Any, end: Any, share: float, *, whole: bool = False) -> Any:
    """Return the distribution that is `share` of the way from `start` to `end`, in JSON.

    Parameters go straight from one to the other, limits of log-uniform ones in the logarithm,
    choices of the same values by their weights. A number is the narrowest distribution of the
    other's kind.

    Args:
        start, end: in their JSON form.
        share: from 0 to 1; what lies beyond counts as the nearer of the two.
        whole: whether numbers and limits are rounded, as counts demand.

    Raises:
        Fault: one is no distribution, or their kinds have nothing between them.
    """
    first, last = parse_distribution(start), parse_distribution(end)
    share = min(max(share, 0.0), 1.0)
    if share in (0.0, 1.0):
        return (last if share else first).to_json()
    between = _between(_as_kind_of(last, first), _as_kind_of(first, last), share)
    return (_rounded(between) if whole else between).to_json()


def _as_kind_of(other: Distribution, distribution: Distribution) -> Distribution:
    """Return a constant as a distribution of the other's kind, anything else as it is."""
    if not isinstance(distribution, Constant):
        return distribution
    value = distribution.value
    if isinstance(other, Uniform):
        return Uniform(value, value)
    if isinstance(other, LogUniform) and value > 0:
        return LogUniform(value, value)
    if isinstance(other, Normal):
        return Normal(value, 0.0, value, value)
    if isinstance(other, Choice) and value in other.values:
        return Choice(other.values, tuple(float(value == choice) for choice in other.values))
    return distribution


def _between(first: Distribution, last: Distribution, share: float) -> Distribution:
    def mean(a: float, b: float) -> float:
        return (1 - share) * a + share * b

    def geometric(a: float, b: float) -> float:
        return math.exp(mean(math.log(a), math.log(b)))

    match first, last:
        case Constant(), Constant():
            return Constant(mean(first.value, last.value))
        case Uniform(), Uniform():
            return Uniform(mean(first.low, last.low), mean(first.high, last.high))
        case LogUniform(), LogUniform():
            return LogUniform(geometric(first.low, last.low), geometric(first.high, last.high))
        case Normal(), Normal():
            return Normal(
                mean(first.mean, last.mean),
                mean(first.std, last.std),
                mean(first.low, last.low),
                mean(first.high, last.high),
            )
        case Choice(), Choice() if first.values == last.values:
            shares = zip(_shares(first), _shares(last), strict=True)
            return Choice(first.values, tuple(mean(a, b) for a, b in shares))
    raise Fault(
        f"nothing lies between {first.to_json()} and {last.to_json()}",
        "Give two distributions of one kind, or choices of the same values",
    )


def _shares(choice: Choice) -> list[float]:
    return [weight / sum(choice.weights) for weight in choice.weights]


def _rounded(distribution: Distribution) -> Distribution:
    if isinstance(distribution, Constant):
        return Constant(round(distribution.value))
    if isinstance(distribution, Choice):
        return distribution
    return replace(distribution, low=round(distribution.low), high=round(distribution.high))
