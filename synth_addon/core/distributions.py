"""How one number is drawn: constant, uniform, log-uniform, truncated normal or weighted choice.

In JSON a distribution is a bare number or an object with one key that names its kind::

    5
    {"uniform": [20, 70]}
    {"log_uniform": [1, 100]}
    {"normal": {"mean": 0, "std": 2, "min": -5, "max": 5}}
    {"choice": [1, 2, 3]}
    {"choice": {"values": [1, 2, 3], "weights": [5, 1, 1]}}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import Fault

_NORMAL_TRIES = 1000
_LEAST_NORMAL_SHARE = 0.01
"""With this share between the limits, all tries miss once in 20,000 draws."""


@dataclass(frozen=True)
class Constant:
    """Always `value`."""

    value: float

    def support(self) -> tuple[float, float]:
        """Return the least and the greatest value that can be drawn."""
        return self.value, self.value

    def draw(self, rng: np.random.Generator) -> float:
        """Return the value; takes nothing from `rng`."""
        return self.value

    def to_json(self) -> Any:
        """Return the JSON form."""
        return self.value


@dataclass(frozen=True)
class Uniform:
    """Evenly between `low` and `high`, both included."""

    low: float
    high: float

    def support(self) -> tuple[float, float]:
        """Return the least and the greatest value that can be drawn."""
        return self.low, self.high

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one number."""
        return float(rng.uniform(self.low, self.high))

    def to_json(self) -> Any:
        """Return the JSON form."""
        return {"uniform": [self.low, self.high]}


@dataclass(frozen=True)
class LogUniform:
    """Evenly in the logarithm between `low` and `high`, both positive."""

    low: float
    high: float

    def support(self) -> tuple[float, float]:
        """Return the least and the greatest value that can be drawn."""
        return self.low, self.high

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one number."""
        value = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        return min(max(value, self.low), self.high)

    def to_json(self) -> Any:
        """Return the JSON form."""
        return {"log_uniform": [self.low, self.high]}


@dataclass(frozen=True)
class Normal:
    """Normal with `mean` and `std`, drawn again until it lies between `low` and `high`."""

    mean: float
    std: float
    low: float
    high: float

    def support(self) -> tuple[float, float]:
        """Return the least and the greatest value that can be drawn."""
        return self.low, self.high

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one number; far-off limits fall back to the nearest limit after many tries."""
        for _ in range(_NORMAL_TRIES):
            value = float(rng.normal(self.mean, self.std))
            if self.low <= value <= self.high:
                return value
        return min(max(self.mean, self.low), self.high)

    def to_json(self) -> Any:
        """Return the JSON form."""
        body = {"mean": self.mean, "std": self.std, "min": self.low, "max": self.high}
        return {"normal": body}


@dataclass(frozen=True)
class Choice:
    """One of `values`, with probabilities in proportion to `weights`."""

    values: tuple[float, ...]
    weights: tuple[float, ...]

    def support(self) -> tuple[float, float]:
        """Return the least and the greatest value that can be drawn."""
        possible = [v for v, w in zip(self.values, self.weights, strict=True) if w > 0]
        return min(possible), max(possible)

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one of the values."""
        return self.values[weighted_index(self.weights, rng)]

    def to_json(self) -> Any:
        """Return the JSON form."""
        if len(set(self.weights)) == 1:
            return {"choice": list(self.values)}
        return {"choice": {"values": list(self.values), "weights": list(self.weights)}}


Distribution = Constant | Uniform | LogUniform | Normal | Choice


def weighted_index(weights: tuple[float, ...], rng: np.random.Generator) -> int:
    """Draw an index with probability in proportion to its weight, using one uniform number."""
    edges = np.cumsum(weights)
    # the last edge is exactly 1 and draws stay below, so that a weight of 0 is never chosen
    return int(np.searchsorted(edges / edges[-1], rng.random(), side="right"))


def draw_integer(distribution: Distribution, rng: np.random.Generator) -> int:
    """Draw a whole number; a uniform range includes both ends with equal chances."""
    if isinstance(distribution, Uniform):
        return int(rng.integers(math.ceil(distribution.low), math.floor(distribution.high) + 1))
    return round(distribution.draw(rng))


def parse_distribution(value: Any) -> Distribution:
    """Return the distribution that a JSON value states.

    Raises:
        Fault: the value is not a distribution; says what is wrong and how to write it.
    """
    if isinstance(value, Constant | Uniform | LogUniform | Normal | Choice):
        return value
    if isinstance(value, Mapping):
        if len(value) != 1:
            raise Fault("a distribution has exactly one key", _FORMS)
        kind, body = next(iter(value.items()))
        if kind not in _PARSERS:
            raise Fault(f"unknown distribution {kind!r}", _FORMS)
        return _PARSERS[kind](body)
    return Constant(_number(value, "a distribution"))


_FORMS = (
    'Write a number, {"uniform": [low, high]}, {"log_uniform": [low, high]}, '
    '{"normal": {"mean": m, "std": s, "min": a, "max": b}} or {"choice": [a, b, c]}'
)


def plain(number: float) -> str:
    """Return a number as a person would write it, with all digits that tell it from others."""
    text = repr(float(number))
    return text.removesuffix(".0")


def _number(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Fault(f"{what} must be a number", _FORMS)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Fault(f"{what} must be finite", "Give an ordinary number")
    return number


def _range(body: Any, kind: str) -> tuple[float, float]:
    if not isinstance(body, list | tuple) or len(body) != 2:
        raise Fault(f"{kind} takes two numbers", f'Write {{"{kind}": [low, high]}}')
    low, high = (_number(v, f"a limit of {kind}") for v in body)
    if low > high:
        raise Fault(
            f"the range is reversed: {plain(low)} is greater than {plain(high)}",
            f'Write {{"{kind}": [{plain(high)}, {plain(low)}]}}',
        )
    return low, high


def _uniform(body: Any) -> Distribution:
    return Uniform(*_range(body, "uniform"))


def _log_uniform(body: Any) -> Distribution:
    low, high = _range(body, "log_uniform")
    if low <= 0:
        raise Fault("log_uniform needs limits above 0", "Raise the lower limit or use uniform")
    return LogUniform(low, high)


def _normal(body: Any) -> Distribution:
    if not isinstance(body, Mapping) or set(body) != {"mean", "std", "min", "max"}:
        raise Fault("normal takes exactly mean, std, min and max", _FORMS)
    mean, std, low, high = (_number(body[k], f"normal.{k}") for k in ("mean", "std", "min", "max"))
    if std <= 0:
        raise Fault("normal needs a std above 0", "Raise std, or write the mean as a number")
    if low > high:
        raise Fault(
            f"the range is reversed: min {plain(low)} is greater than max {plain(high)}",
            "Swap min and max",
        )
    if _normal_share(mean, std, low, high) < _LEAST_NORMAL_SHARE:
        raise Fault(
            "hardly any draw would lie between min and max",
            "Move min and max around mean, or write a uniform range or a number",
        )
    return Normal(mean, std, low, high)


def _normal_share(mean: float, std: float, low: float, high: float) -> float:
    """Return the probability that a normal number lies between `low` and `high`."""
    below_high, below_low = (math.erf((x - mean) / std / math.sqrt(2)) for x in (high, low))
    return (below_high - below_low) / 2


def _choice(body: Any) -> Distribution:
    remedy = 'Write {"choice": [a, b]} or {"choice": {"values": [a, b], "weights": [1, 2]}}'
    if isinstance(body, Mapping):
        if set(body) != {"values", "weights"}:
            raise Fault("a weighted choice takes exactly values and weights", remedy)
        values, weights = body["values"], body["weights"]
    else:
        values, weights = body, None
    if not isinstance(values, list | tuple) or not values:
        raise Fault("choice needs at least one value", remedy)
    numbers = tuple(_number(v, "a value of choice") for v in values)
    return Choice(numbers, parse_weights(weights, len(numbers), remedy))


def parse_weights(weights: Any, count: int, remedy: str) -> tuple[float, ...]:
    """Return `count` checked weights; None means all equal.

    Raises:
        Fault: wrong number of weights, a negative one, all zero, or too large to be added up.
    """
    if weights is None:
        return (1.0,) * count
    if not isinstance(weights, list | tuple) or len(weights) != count:
        raise Fault(f"choice needs one weight for each of its {count} values", remedy)
    numbers = tuple(_number(w, "a weight") for w in weights)
    if min(numbers) < 0 or not 0 < sum(numbers) < math.inf:
        raise Fault("weights must not be negative, all 0 or without a finite sum", remedy)
    return (1.0,) * count if len(set(numbers)) == 1 else numbers


_PARSERS: Mapping[str, Callable[[Any], Distribution]] = {
    "uniform": _uniform,
    "log_uniform": _log_uniform,
    "normal": _normal,
    "choice": _choice,
}
