"""Classes shown by how difficult they are: bounds, mean, smoothing, and the recipes that result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_addon.core.recipe.loading import load_data
from synth_addon.stream.policies import ClassBalance, MeanCount, PoolWeight
from synth_addon.stream.policies.class_balance import bounded_factors

from .recording import RecordingStream

LOSSES = st.lists(st.floats(0, 1e9), min_size=1, max_size=8)


def pools(*names: str) -> dict[str, PoolWeight]:
    return {name: PoolWeight(name) for name in names}


@given(LOSSES, st.floats(0, 3), st.floats(0.05, 1), st.floats(1, 10))
def test_factors_have_mean_one_within_bounds(
    losses: list[float], sharpness: float, least: float, most: float
) -> None:
    factors = bounded_factors(np.array(losses), sharpness, least, most)
    assert factors.mean() == pytest.approx(1, abs=1e-6)
    assert least <= factors.min() and factors.max() <= most


@given(LOSSES, st.floats(0, 3))
def test_what_is_harder_is_not_shown_less(losses: list[float], sharpness: float) -> None:
    factors = bounded_factors(np.array(losses), sharpness, 0.25, 4)
    assert np.all(np.diff(factors[np.argsort(losses)]) >= 0)


def test_within_bounds_factors_are_in_proportion() -> None:
    stream = RecordingStream()
    balance = ClassBalance(stream, pools("cup", "can"))
    assert balance.observe_losses({"cup": 3.0, "can": 1.0}) == 1
    assert balance.factors == pytest.approx({"cup": 1.5, "can": 0.5})
    assert stream.sent[0] == {
        "objects.cup.weight": pytest.approx(1.5),
        "objects.can.weight": pytest.approx(0.5),
    }


def test_what_bounds_take_from_one_class_goes_to_the_others() -> None:
    factors = bounded_factors(np.array([100.0, 2.0, 1.0]), 1, 0.1, 2)
    assert factors == pytest.approx([2, 2 / 3, 1 / 3])


def test_scores_count_by_what_they_lack() -> None:
    balance = ClassBalance(RecordingStream(), pools("cup", "can"))
    balance.observe_scores({"cup": 0.4, "can": 0.8})
    assert balance.factors == pytest.approx({"cup": 1.5, "can": 0.5})


def test_measurements_are_smoothed() -> None:
    balance = ClassBalance(RecordingStream(), pools("cup", "can"), smoothing=0.75)
    balance.observe_losses({"cup": 1.0, "can": 1.0})
    balance.observe_losses({"cup": 5.0, "can": 1.0})
    assert balance.factors == pytest.approx({"cup": 4 / 3, "can": 2 / 3})


def test_classes_that_were_not_measured_count_as_typical() -> None:
    balance = ClassBalance(RecordingStream(), pools("cup", "can", "box"))
    assert balance.factors == {"cup": 1, "can": 1, "box": 1}
    balance.observe_losses({"cup": 3.0, "can": 1.0})
    assert balance.factors == pytest.approx({"cup": 1.5, "can": 0.5, "box": 1.0})


def test_without_any_loss_all_are_shown_alike() -> None:
    balance = ClassBalance(RecordingStream(), pools("cup", "can"))
    balance.observe_losses({"cup": 0.0, "can": 0.0})
    assert balance.factors == {"cup": 1, "can": 1}


def test_a_class_of_several_groups_keeps_their_ratio() -> None:
    stream = RecordingStream()
    cups = [PoolWeight("red_cup", 3), PoolWeight("blue_cup", 1)]
    ClassBalance(stream, {"cup": cups, "can": PoolWeight("can")}).observe_losses(
        {"cup": 3.0, "can": 1.0}
    )
    sent = stream.sent[0]
    assert sent["objects.red_cup.weight"] == pytest.approx(3 * sent["objects.blue_cup.weight"])


@given(st.floats(0, 5), st.floats(0, 20))
def test_counts_have_the_wanted_mean(factor: float, count: float) -> None:
    (value,) = MeanCount("cup", count).changes(factor).values()
    choice = value["choice"] if isinstance(value, dict) else {"values": [value], "weights": [1]}
    assert np.average(choice["values"], weights=choice["weights"]) == pytest.approx(factor * count)


@pytest.mark.parametrize(
    "losses", [{"cup": 2.0, "can": 0.0}, {"cup": 0.3, "can": 0.2}, {"cup": 1e-9}]
)
def test_recipes_take_the_changes(losses: dict[str, float]) -> None:
    stream = RecordingStream()
    classes = {"cup": PoolWeight("cup"), "can": PoolWeight("can"), "box": MeanCount("box", 1.7)}
    ClassBalance(stream, classes).observe_losses(losses)
    overrides = [f"{path}={json.dumps(value)}" for path, value in stream.sent[0].items()]
    objects = load_data(base_recipe(), Path(), "test", overrides).recipe.objects
    assert objects["cup"].weight >= objects["can"].weight


def base_recipe() -> dict[str, Any]:
    group = {"shape": "box", "material": {}}
    return {
        "version": 1,
        "objects": {"cup": {**group, "pool": "p"}, "can": {**group, "pool": "p"}, "box": group},
        "pools": {"p": {"count": 2}},
    }


@pytest.mark.parametrize("loss", [-1.0, float("nan"), float("inf")])
def test_a_loss_that_is_none_changes_nothing(loss: float) -> None:
    stream = RecordingStream()
    balance = ClassBalance(stream, pools("cup", "can"))
    with pytest.raises(ValueError, match="the loss of 'can'"):
        balance.observe_losses({"cup": 1.0, "can": loss})
    assert not stream.sent and balance.factors == {"cup": 1, "can": 1}


def test_an_unknown_class_is_named() -> None:
    with pytest.raises(ValueError, match="unknown class 'jug'; known are cup"):
        ClassBalance(RecordingStream(), pools("cup")).observe_losses({"jug": 1.0})


@pytest.mark.parametrize(
    "settings",
    [{"smoothing": 1.0}, {"least": 0.0}, {"least": 2.0}, {"most": 0.5}, {"sharpness": -1}],
)
def test_settings_out_of_range_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="needs sharpness"):
        ClassBalance(RecordingStream(), pools("cup"), **settings)


def test_no_classes_are_refused() -> None:
    with pytest.raises(ValueError, match="no classes"):
        ClassBalance(RecordingStream(), {})
