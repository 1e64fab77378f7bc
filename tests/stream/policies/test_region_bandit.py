"""The bandit: probabilities, which region it comes to prefer, and whose losses it takes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.stream.policies import RegionBandit

from .recording import RecordingStream

PATH = "camera.elevation_deg"
REGIONS = {
    "low": {PATH: {"uniform": [5, 30]}},
    "middle": {PATH: {"uniform": [30, 60]}},
    "high": {PATH: {"uniform": [60, 89]}},
}


def bandit(stream: RecordingStream | None = None, **other: Any) -> RegionBandit:
    return RegionBandit(stream or RecordingStream(), REGIONS, **({"greatest_loss": 1.0} | other))


def play(made: RegionBandit, losses: dict[str, float], rounds: int, first: int = 1) -> list[str]:
    chosen = []
    for version in range(first, first + rounds):
        chosen.append(made.choose())
        made.observe([version, version], [losses[chosen[-1]]] * 2)
    return chosen


def test_at_first_all_regions_are_alike() -> None:
    assert bandit().probabilities == pytest.approx(dict.fromkeys(REGIONS, 1 / 3))


def test_a_choice_sends_its_region() -> None:
    stream = RecordingStream()
    assert stream.sent == [] and REGIONS[bandit(stream).choose()] == stream.sent[0]


@pytest.mark.parametrize("hard", sorted(REGIONS))
@pytest.mark.parametrize("seed", range(3))
def test_it_comes_to_prefer_the_hardest_region(hard: str, seed: int) -> None:
    made = bandit(seed=seed)
    chosen = play(made, {name: 0.9 if name == hard else 0.1 for name in REGIONS}, 300)
    assert max(made.probabilities, key=lambda name: made.probabilities[name]) == hard
    assert chosen[-100:].count(hard) > 60


def test_it_follows_a_region_that_becomes_hard() -> None:
    made = bandit()
    play(made, {"low": 0.9, "middle": 0.1, "high": 0.1}, 300)
    play(made, {"low": 0.1, "middle": 0.1, "high": 0.9}, 500, first=301)
    assert made.probabilities["high"] > 0.6


def test_frames_of_before_count_for_nothing_and_late_ones_for_their_region() -> None:
    made = bandit(RecordingStream(first=10))
    before = made.probabilities
    first = made.choose()
    made.observe([9], [1.0])
    assert made.probabilities == before
    made.choose()
    made.observe([10], [1.0])
    after = made.probabilities
    assert max(after, key=lambda name: after[name]) == first


def test_the_same_seed_chooses_the_same() -> None:
    losses = {"low": 0.5, "middle": 0.2, "high": 0.3}
    assert play(bandit(seed=4), losses, 50) == play(bandit(seed=4), losses, 50)
    assert play(bandit(seed=4), losses, 50) != play(bandit(seed=5), losses, 50)


@settings(deadline=None)
@given(
    st.lists(st.floats(-10, 1e300), max_size=100),
    st.floats(0.01, 1),
    st.sampled_from([0, 1e-6, 0.01, 1]),
)
def test_probabilities_stay_probabilities(
    losses: list[float], exploration: float, sharing: float
) -> None:
    made = bandit(exploration=exploration, sharing=sharing)
    for version, loss in enumerate(losses, 1):
        made.choose()
        made.observe([version], [loss])
    found = made.probabilities.values()
    assert sum(found) == pytest.approx(1)
    assert min(found) >= exploration / 3 - 1e-12


def test_no_number_is_no_loss() -> None:
    made = bandit()
    made.choose()
    with pytest.raises(ValueError, match="not a number"):
        made.observe([1], [float("nan")])


def test_regions_that_leave_traces_are_refused() -> None:
    regions = {"low": {PATH: 10}, "dark": {"lights.energy": 5}}
    with pytest.raises(ValueError, match="the same paths"):
        RegionBandit(RecordingStream(), regions, greatest_loss=1.0)


@pytest.mark.parametrize("other", [{"exploration": 0.0}, {"sharing": -1.0}, {"greatest_loss": 0.0}])
def test_settings_out_of_range_are_refused(other: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="needs 0 < exploration"):
        bandit(**other)
