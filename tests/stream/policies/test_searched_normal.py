"""The score of a truncated normal, against differences of its log density."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from synth_addon.core.distributions import Normal, parse_distribution
from synth_addon.core.random_streams import random_stream
from synth_addon.stream.policies import SearchedNormal


@st.composite
def searched(draw: st.DrawFn) -> SearchedNormal:
    low, width = draw(st.floats(-100, 100)), draw(st.floats(0.1, 100))
    mean = low + draw(st.floats(0, 1)) * width
    sigma = draw(st.floats(0.02, 0.99)) * width
    return SearchedNormal(min(max(mean, low), low + width), sigma, low, low + width)


def log_density(normal: SearchedNormal, x: float) -> float:
    def below(limit: float) -> float:
        return math.erf((limit - normal.mean) / normal.sigma / math.sqrt(2)) / 2

    z = (x - normal.mean) / normal.sigma
    return -(z**2) / 2 - math.log(normal.sigma) - math.log(below(normal.high) - below(normal.low))


@given(searched(), st.floats(0, 1))
def test_the_score_is_the_derivative_of_the_log_density(normal: SearchedNormal, at: float) -> None:
    x = normal.low + at * (normal.high - normal.low)
    # room for a step on both sides
    step = 1e-5 * normal.sigma
    assume(normal.low + step < normal.mean < normal.high - step)
    by_mean, by_log_sigma = normal.score(x)
    more, less = (log_density(replace(normal, mean=normal.mean + s), x) for s in (step, -step))
    assert by_mean == pytest.approx((more - less) / (2 * step), rel=1e-4, abs=1e-4 / normal.sigma)
    more, less = (
        log_density(replace(normal, sigma=normal.sigma * math.exp(s)), x) for s in (1e-5, -1e-5)
    )
    assert by_log_sigma == pytest.approx((more - less) / 2e-5, rel=1e-4, abs=1e-4)


def test_the_mean_score_of_what_is_drawn_is_zero() -> None:
    normal = SearchedNormal(0.8, 0.7, 0.0, 1.0)
    rng = random_stream(0, 0, "test")
    scores = np.array([normal.score(normal.draw(rng)) for _ in range(20_000)])
    assert np.abs(scores.mean(axis=0)).max() < 4 * scores.std(axis=0).max() / math.sqrt(20_000)


@given(searched(), st.floats(-1e6, 1e6), st.floats(-100, 100), st.floats(0, 1))
def test_steps_stay_within_bounds_and_recipes_take_them(
    normal: SearchedNormal, by_mean: float, by_log_sigma: float, rate: float
) -> None:
    moved = normal.moved(by_mean, by_log_sigma, rate)
    assert moved.low <= moved.mean <= moved.high
    assert 1e-3 * (moved.high - moved.low) <= moved.sigma <= moved.high - moved.low
    assert isinstance(parse_distribution(moved.to_json()), Normal)


def test_sigma_is_held_from_below() -> None:
    moved = SearchedNormal(5, 1, 0, 10, least_sigma=0.5).moved(0, -100, 1)
    assert moved.sigma == 0.5


@pytest.mark.parametrize(
    ("mean", "sigma", "low", "high"),
    [(5, 1, 10, 0), (11, 1, 0, 10), (5, 0, 0, 10), (5, 11, 0, 10), (0, 1, 0, 0)],
)
def test_what_cannot_be_searched_is_refused(
    mean: float, sigma: float, low: float, high: float
) -> None:
    with pytest.raises(ValueError, match=r"needs low|sigma"):
        SearchedNormal(mean, sigma, low, high)
