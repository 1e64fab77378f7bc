"""Distributions between two others: ends, order, validity, and what has nothing between."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_addon.core.distributions import parse_distribution
from synth_addon.core.errors import Fault
from synth_addon.stream.policies.interpolation import interpolated

NUMBERS = st.floats(-1e6, 1e6)
POSITIVE = st.floats(1e-6, 1e6)
SHARES = st.floats(0, 1)


def ranges(kind: str, numbers: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    return st.tuples(numbers, numbers).map(lambda pair: {kind: sorted(pair)})


@st.composite
def normals(draw: st.DrawFn) -> Any:
    low, width = draw(NUMBERS), draw(st.floats(1e-3, 1e3))
    mean, high = low + draw(SHARES) * width, low + width
    std = draw(st.floats(1e-2, 1)) * width
    return {"normal": {"mean": mean, "std": std, "min": low, "max": high}}


def choices() -> st.SearchStrategy[Any]:
    weights = st.lists(st.floats(0.01, 100), min_size=3, max_size=3)
    return weights.map(lambda found: {"choice": {"values": [1, 2, 3], "weights": found}})


PAIRS = st.one_of(
    st.tuples(NUMBERS, NUMBERS),
    st.tuples(ranges("uniform", NUMBERS), ranges("uniform", NUMBERS)),
    st.tuples(ranges("log_uniform", POSITIVE), ranges("log_uniform", POSITIVE)),
    st.tuples(choices(), choices()),
    st.tuples(NUMBERS, ranges("uniform", NUMBERS)),
    st.tuples(ranges("log_uniform", POSITIVE), POSITIVE),
    st.tuples(st.sampled_from([1, 2, 3]), choices()),
)


@given(PAIRS, SHARES)
def test_what_lies_between_is_a_distribution_within_both(pair: Any, share: float) -> None:
    start, end = map(parse_distribution, pair)
    between = parse_distribution(interpolated(*pair, share))
    low, high = between.support()
    slack = 1e-9 * max(abs(low), abs(high), 1)
    assert min(start.support()[0], end.support()[0]) - slack <= low
    assert high <= max(start.support()[1], end.support()[1]) + slack


@given(PAIRS)
def test_the_ends_are_what_was_given(pair: Any) -> None:
    start, end = map(parse_distribution, pair)
    assert parse_distribution(interpolated(*pair, 0)) == start
    assert parse_distribution(interpolated(*pair, 1)) == end
    assert interpolated(*pair, -1) == interpolated(*pair, 0)
    assert interpolated(*pair, 2) == interpolated(*pair, 1)


@given(normals(), normals(), NUMBERS, st.floats(0.01, 1))
def test_normals_go_straight(start: Any, end: Any, number: float, share: float) -> None:
    between = interpolated(start, end, share)["normal"]
    for key, value in between.items():
        wanted = (1 - share) * start["normal"][key] + share * end["normal"][key]
        assert value == pytest.approx(wanted)
    # a number spreads out to a normal whose share within the limits stays what it is
    assert parse_distribution(interpolated(number, {"normal": NORMAL}, share))


NORMAL = {"mean": 0, "std": 2, "min": -3, "max": 3}


def test_log_uniform_limits_go_by_their_logarithm() -> None:
    between = interpolated({"log_uniform": [1, 10]}, {"log_uniform": [100, 1000]}, 0.5)
    assert between["log_uniform"] == pytest.approx([10, 100])


def test_a_number_opens_to_a_range() -> None:
    assert interpolated(10, {"uniform": [0, 30]}, 0.5) == {"uniform": [5, 20]}


@given(st.integers(0, 20), st.integers(0, 20), SHARES)
def test_counts_stay_whole(low: int, high: int, share: float) -> None:
    between = interpolated(low, {"uniform": [low, low + high]}, share, whole=True)
    limits = parse_distribution(between).support()
    assert all(limit.is_integer() for limit in map(float, limits))
    assert isinstance(interpolated(low, high, share, whole=True), int | float)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ({"uniform": [0, 1]}, {"log_uniform": [1, 2]}),
        (-1, {"log_uniform": [1, 2]}),
        ({"choice": [1, 2]}, {"choice": [1, 3]}),
        (4, {"choice": [1, 3]}),
        ({"normal": NORMAL}, {"uniform": [0, 1]}),
    ],
)
def test_what_has_nothing_between_is_refused(start: Any, end: Any) -> None:
    with pytest.raises(Fault, match="nothing lies between"):
        interpolated(start, end, 0.5)
