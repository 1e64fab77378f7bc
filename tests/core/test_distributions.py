"""Distributions: draws stay within their support, JSON says all, and mistakes are explained."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from synth_addon.core.distributions import (
    Choice,
    Constant,
    Distribution,
    LogUniform,
    Normal,
    Uniform,
    draw_integer,
    parse_distribution,
    plain,
    weighted_index,
)
from synth_addon.core.errors import Fault

SEEDS = st.integers(0, 2**63 - 1)
NUMBERS = st.floats(-1e6, 1e6)
POSITIVE = st.floats(1e-6, 1e6)
fast = settings(deadline=None, max_examples=60)


def pairs(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[list[float]]:
    return st.lists(numbers, min_size=2, max_size=2).map(sorted)


@st.composite
def normals(draw: st.DrawFn) -> dict[str, object]:
    mean, std = draw(NUMBERS), draw(POSITIVE)
    below, above = draw(st.floats(0.1, 5)), draw(st.floats(0.1, 5))
    limits = {"min": mean - below * std, "max": mean + above * std}
    assume(limits["min"] < limits["max"])
    return {"normal": {"mean": mean, "std": std, **limits}}


@st.composite
def choices(draw: st.DrawFn) -> dict[str, object]:
    values = draw(st.lists(NUMBERS, min_size=1, max_size=6))
    weights = draw(st.lists(st.floats(0, 1e9), min_size=len(values), max_size=len(values)))
    if not any(weights):
        return {"choice": values}
    return {"choice": {"values": values, "weights": weights}}


STATED = st.one_of(
    NUMBERS,
    pairs(NUMBERS).map(lambda pair: {"uniform": pair}),
    pairs(POSITIVE).map(lambda pair: {"log_uniform": pair}),
    normals(),
    choices(),
)


def stream(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@fast
@given(STATED, SEEDS)
def test_draws_stay_within_the_support(stated: object, seed: int) -> None:
    distribution = parse_distribution(stated)
    low, high = distribution.support()
    rng = stream(seed)
    assert all(low <= distribution.draw(rng) <= high for _ in range(20))


@fast
@given(STATED, SEEDS)
def test_json_says_all(stated: object, seed: int) -> None:
    distribution = parse_distribution(stated)
    again = parse_distribution(json.loads(json.dumps(distribution.to_json())))
    assert again == distribution
    assert again.draw(stream(seed)) == distribution.draw(stream(seed))


@fast
@given(STATED)
def test_parsed_distributions_pass_through(stated: object) -> None:
    distribution = parse_distribution(stated)
    assert parse_distribution(distribution) is distribution


@fast
@given(st.lists(st.floats(0, 1e300), min_size=1, max_size=8), SEEDS)
def test_a_weight_of_zero_is_never_chosen(weights: list[float], seed: int) -> None:
    assume(any(weights))
    rng = stream(seed)
    assert all(weights[weighted_index(tuple(weights), rng)] > 0 for _ in range(20))


def test_tiny_weights_do_not_round_up_to_a_weight_of_zero() -> None:
    rng = stream()
    assert {weighted_index((5e-324, 0.0), rng) for _ in range(100)} == {0}


def test_weights_are_proportions() -> None:
    rng = stream()
    drawn = np.bincount([weighted_index((1.0, 0.0, 3.0), rng) for _ in range(20000)])
    assert drawn / 20000 == pytest.approx([0.25, 0.0, 0.75], abs=0.015)


def test_whole_numbers_are_equally_likely_at_both_ends() -> None:
    rng = stream()
    drawn = np.bincount([draw_integer(Uniform(1, 4), rng) for _ in range(20000)])
    assert drawn / 20000 == pytest.approx([0, 0.25, 0.25, 0.25, 0.25], abs=0.015)


@pytest.mark.parametrize(
    "distribution",
    [Constant(3), Uniform(2, 5), LogUniform(1, 6), Normal(3, 2, 0, 7), Choice((1, 4), (1, 1))],
)
def test_whole_numbers_stay_within_the_support(distribution: Distribution) -> None:
    rng = stream()
    low, high = distribution.support()
    drawn = [draw_integer(distribution, rng) for _ in range(300)]
    assert all(isinstance(number, int) and low <= number <= high for number in drawn)


@pytest.mark.parametrize(
    ("distribution", "share_below"),
    [
        (Uniform(0, 10), lambda x: x / 10),
        (LogUniform(1, 100), lambda x: math.log(x) / math.log(100)),
        (Normal(0, 1, -40, 40), lambda x: (1 + math.erf(x / math.sqrt(2))) / 2),
    ],
)
def test_shapes_are_what_their_names_say(distribution: Distribution, share_below) -> None:
    """Kolmogorov and Smirnov's distance, with a fixed seed."""
    rng = stream(1)
    drawn = np.sort([distribution.draw(rng) for _ in range(4000)])
    expected = np.array([share_below(x) for x in drawn])
    distance = np.abs(expected - (np.arange(4000) + 0.5) / 4000).max()
    assert distance < 1.36 / math.sqrt(4000)


def test_a_normal_is_cut_and_not_clipped() -> None:
    rng, half = stream(), Normal(0, 1, 0, 3)
    drawn = [half.draw(rng) for _ in range(2000)]
    assert 0 not in drawn
    assert np.mean(drawn) == pytest.approx(math.sqrt(2 / math.pi), abs=0.05)


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"uniform": [2, 1]}, "2 is greater than 1"),
        ({"uniform": [1.0000001, 1]}, "1.0000001 is greater than 1"),
        ({"uniform": [1]}, "two numbers"),
        ({"uniform": 1}, "two numbers"),
        ({"uniform": [1, "2"]}, "must be a number"),
        ({"uniform": [1, True]}, "must be a number"),
        ({"uniform": [1, math.inf]}, "finite"),
        ({"uniform": [1, 10**400]}, "finite"),
        ({"log_uniform": [0, 1]}, "above 0"),
        ({"log_uniform": [-1, 1]}, "above 0"),
        ({"normal": {"mean": 0, "std": 1}}, "mean, std, min and max"),
        ({"normal": {"mean": 0, "std": 0, "min": 0, "max": 1}}, "std above 0"),
        ({"normal": {"mean": 0, "std": 1, "min": 1, "max": 0}}, "min 1 is greater than max 0"),
        ({"normal": {"mean": 0, "std": 1, "min": 9, "max": 10}}, "hardly any"),
        ({"normal": {"mean": 0, "std": 1, "min": 1, "max": 1}}, "hardly any"),
        ({"choice": []}, "at least one"),
        ({"choice": "abc"}, "at least one"),
        ({"choice": [1, None]}, "must be a number"),
        ({"choice": {"values": [1, 2], "weights": [1]}}, "one weight for each"),
        ({"choice": {"values": [1, 2], "weights": [0, 0]}}, "all 0"),
        ({"choice": {"values": [1, 2], "weights": [2, -1]}}, "negative"),
        ({"choice": {"values": [1, 2], "weights": [1e308, 1e308]}}, "finite sum"),
        ({"choice": {"values": [1, 2]}}, "values and weights"),
        ({"gauss": [0, 1]}, "unknown distribution 'gauss'"),
        ({"uniform": [0, 1], "choice": [1]}, "one key"),
        ({}, "one key"),
        ([0, 1], "must be a number"),
        ("5", "must be a number"),
        (True, "must be a number"),
        (None, "must be a number"),
        (math.nan, "finite"),
    ],
)
def test_mistakes_are_explained(stated: object, said: str) -> None:
    with pytest.raises(Fault) as caught:
        parse_distribution(stated)
    assert said in caught.value.message
    assert caught.value.remedy


@fast
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_plain_numbers_keep_all_digits(number: float) -> None:
    assert float(plain(number)) == number


def test_plain_numbers_have_no_empty_fraction() -> None:
    assert [plain(1.0), plain(-0.5), plain(1e20)] == ["1", "-0.5", "1e+20"]
