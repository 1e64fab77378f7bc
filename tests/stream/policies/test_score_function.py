"""Distributions searched by reward: that they get there, and which frames count for what."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_addon.core.random_streams import random_stream
from synth_addon.stream.policies import CandidateSearch, DistributionSearch, SearchedNormal
from synth_addon.stream.policies.score_function import Sample, improved

from .recording import RecordingStream

PATH = "objects.cup.scale"
START = SearchedNormal(8, 2, 0, 10, least_sigma=0.2)
GROUPS = ["first", "second", "third", "fourth"]


def nearness(value: float, goal: float) -> float:
    return -((value - goal) ** 2)


@pytest.mark.parametrize("goal", [2.0, 9.5])
@pytest.mark.parametrize("seed", range(3))
def test_a_distribution_goes_where_the_reward_is(goal: float, seed: int) -> None:
    search = DistributionSearch(RecordingStream(), {PATH: START})
    rng = random_stream(seed, 0, "test")
    for _ in range(150):
        version = search.publish()
        drawn = [search.normals[PATH].draw(rng) for _ in range(16)]
        rewards = [nearness(value, goal) for value in drawn]
        search.observe([version] * 16, [{PATH: value} for value in drawn], rewards)
    found = search.normals[PATH]
    assert abs(found.mean - goal) < 0.5 and found.sigma < 0.7


@pytest.mark.parametrize("seed", range(3))
def test_candidates_go_where_the_reward_is(seed: int) -> None:
    stream = RecordingStream()
    search = CandidateSearch(stream, GROUPS, {"scale": START}, seed=seed)
    for version in range(1, 250):
        search.publish()
        shown = [stream.sent[-1][f"objects.{group}.scale"] for group in GROUPS]
        search.observe([version] * 4, GROUPS, [nearness(value, 2.0) for value in shown])
    assert abs(search.normals["scale"].mean - 2.0) < 0.7


def test_what_is_published_is_what_recipes_take() -> None:
    stream = RecordingStream()
    DistributionSearch(stream, {PATH: START}).publish()
    assert stream.sent == [{PATH: {"normal": {"mean": 8, "std": 2, "min": 0, "max": 10}}}]


def test_each_frame_counts_for_the_distribution_of_its_version() -> None:
    search = DistributionSearch(RecordingStream(first=5), {PATH: START}, rate=0.1)
    search.publish()
    search.observe([5, 5], [{PATH: 7.0}, {PATH: 9.0}], [0.0, 1.0])
    moved = search.normals[PATH]
    search.publish()
    drawn, rewards = [7.0, 9.0, 6.0], [0.0, 1.0, 3.0]
    samples = [
        Sample({PATH: normal}, {PATH: value}, reward)
        for normal, value, reward in zip([START, moved, moved], drawn, rewards, strict=True)
    ]
    search.observe([5, 6, 7], [{PATH: value} for value in drawn], rewards)
    assert search.normals == improved({PATH: moved}, samples, 0.1)


def test_frames_of_before_are_passed_over() -> None:
    search = DistributionSearch(RecordingStream(first=5), {PATH: START})
    search.publish()
    search.observe([4, 4], [{PATH: 7.0}, {PATH: 9.0}], [0.0, 1.0])
    assert search.normals == {PATH: START}
    candidates = CandidateSearch(RecordingStream(first=5), GROUPS, {"scale": START})
    candidates.publish()
    candidates.observe([4, 4], GROUPS[:2], [0.0, 1.0])
    assert candidates.normals == {"scale": START}


def test_a_candidate_counts_once_however_many_frames_show_it() -> None:
    def after(groups: list[str], rewards: list[float]) -> dict[str, SearchedNormal]:
        search = CandidateSearch(RecordingStream(), GROUPS, {"scale": START})
        search.publish()
        search.observe([1] * len(groups), groups, rewards)
        return search.normals

    repeated = after(["first", "first", "first", "second"], [0.0, 1.0, 2.0, 3.0])
    assert repeated == after(["first", "second"], [1.0, 3.0])


@given(
    st.lists(st.tuples(st.floats(0, 10), st.floats(-1e3, 1e3)), max_size=12),
    st.floats(0.5, 1e3),
    st.floats(-1e3, 1e3),
)
def test_unit_and_zero_of_the_reward_do_not_matter(
    found: list[tuple[float, float]], factor: float, offset: float
) -> None:
    spread = np.ptp([reward for _, reward in found]) if found else 0.0

    def step(change: bool) -> SearchedNormal:
        samples = [
            Sample({PATH: START}, {PATH: value}, factor * reward + offset if change else reward)
            for value, reward in found
        ]
        return improved({PATH: START}, samples, 0.2)[PATH]

    assert math.isfinite(step(False).mean)
    if spread == 0:
        assert step(False) == START
    elif spread > 1e-3:
        assert step(True).mean == pytest.approx(step(False).mean, abs=1e-6)
        assert step(True).sigma == pytest.approx(step(False).sigma, abs=1e-6)


def test_the_baseline_leaves_the_gradient_unbiased() -> None:
    # of N(8, 2) without near limits, the mean reward x has the gradient 1 by the mean
    wide = SearchedNormal(0, 1, -50, 50)
    rng = random_stream(1, 0, "test")
    gradients = []
    for _ in range(4000):
        drawn = np.array([wide.draw(rng) for _ in range(3)])
        above = (drawn - drawn.mean()) * 3 / 2
        gradients.append(np.mean([a * wide.score(x)[0] for a, x in zip(above, drawn, strict=True)]))
    assert np.mean(gradients) == pytest.approx(1, abs=4 * np.std(gradients) / math.sqrt(4000))


def test_what_cannot_be_learned_from_is_refused() -> None:
    with pytest.raises(ValueError, match="two groups or more"):
        CandidateSearch(RecordingStream(), ["one", "one"], {"scale": START})
    search = CandidateSearch(RecordingStream(), GROUPS, {"scale": START})
    search.publish()
    with pytest.raises(ValueError, match="shows no candidate"):
        search.observe([1], ["clutter"], [0.0])
    with pytest.raises(ValueError, match="not a finite number"):
        search.observe([1, 1], GROUPS[:2], [0.0, float("nan")])
