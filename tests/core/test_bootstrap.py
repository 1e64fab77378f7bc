"""Means of few values: exact cases, properties, and how often the interval holds the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.bootstrap import Estimate, mean_estimate

VALUES = st.lists(st.floats(0, 1e12), min_size=2, max_size=20)


def test_equal_values_leave_no_doubt() -> None:
    assert mean_estimate([3.0] * 8) == Estimate(3.0, 3.0, 3.0)


def test_two_values_are_the_ends_themselves() -> None:
    assert mean_estimate([1.0, 3.0]) == Estimate(1.0, 2.0, 3.0)


def test_one_value_has_no_interval() -> None:
    with pytest.raises(ValueError, match="1 values"):
        mean_estimate([1.0])


def test_an_estimate_is_scaled_and_shifted() -> None:
    assert Estimate(1.0, 2.0, 4.0).times(10.0).plus(5.0) == Estimate(15.0, 25.0, 45.0)


@given(VALUES)
@settings(max_examples=40, deadline=None)
def test_the_interval_contains_the_mean_and_stays_within_the_values(values: list[float]) -> None:
    found = mean_estimate(values)
    assert found.low <= found.mean <= found.high
    rounding = 1e-9 * max(values)
    assert min(values) - rounding <= found.low
    assert found.high <= max(values) + rounding
    assert mean_estimate(values) == found


def test_larger_values_give_a_larger_interval() -> None:
    values = np.array([1.0, 2.0, 4.0, 8.0])
    less, more = mean_estimate(list(values)), mean_estimate(list(values + 1.0))
    assert (more.low - less.low, more.high - less.high) == pytest.approx((1.0, 1.0))


def test_eight_values_hold_the_truth_as_often_as_is_said() -> None:
    trials = np.random.default_rng(1).normal(10.0, 2.0, (400, 8))
    held = [found.low <= 10.0 <= found.high for found in map(mean_estimate, trials)]
    assert 0.92 <= np.mean(held) <= 0.98
