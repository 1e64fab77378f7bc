"""Curricula: when they climb, what they send, and that they send nothing needless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_addon.stream.policies import LinearCurriculum, Ramp, ThresholdCurriculum

from .recording import RecordingStream

PATH = "camera.elevation_deg"
RAMPS = {PATH: Ramp(80, {"uniform": [20, 80]}), "pools.p.count": Ramp(1, 5, whole=True)}


def climbing(stream: RecordingStream, **settings: float) -> ThresholdCurriculum:
    return ThresholdCurriculum(
        stream, RAMPS, **({"threshold": 0.8, "patience": 2, "levels": 4} | settings)
    )


def test_the_start_is_sent_at_once() -> None:
    stream = RecordingStream()
    LinearCurriculum(stream, RAMPS, steps=10)
    assert stream.sent == [{PATH: 80, "pools.p.count": 1}]


def test_a_linear_curriculum_ends_at_the_end() -> None:
    stream = RecordingStream()
    curriculum = LinearCurriculum(stream, RAMPS, steps=10, begin=5, levels=2)
    sent = [curriculum.at_step(step) for step in (0, 5, 9, 10, 12, 15, 99)]
    assert sent == [None, None, None, 2, None, 3, None]
    assert stream.sent[1] == {PATH: {"uniform": [50, 80]}, "pools.p.count": 3}
    assert stream.sent[2] == {PATH: {"uniform": [20, 80]}, "pools.p.count": 5}
    assert curriculum.is_finished


@given(st.integers(1, 300), st.integers(0, 50), st.integers(1, 30))
def test_a_linear_curriculum_sends_each_level_once(steps: int, begin: int, levels: int) -> None:
    stream = RecordingStream()
    curriculum = LinearCurriculum(stream, RAMPS, steps=steps, begin=begin, levels=levels)
    reached = []
    for step in range(begin + steps + 1):
        curriculum.at_step(step)
        reached.append(curriculum.level)
    assert reached == sorted(reached)
    assert reached[begin] == 0 and reached[-1] == levels
    assert len(stream.sent) == len(set(reached))


def test_a_threshold_must_be_met_in_a_row() -> None:
    stream = RecordingStream()
    curriculum = climbing(stream)
    assert [curriculum.observe(m) for m in (0.8, 0.7, 0.9, 0.8, 0.9)] == [None] * 3 + [2, None]
    assert curriculum.level == 1
    assert stream.sent[1][PATH] == {"uniform": [65, 80]}


def test_a_loss_is_good_when_it_is_small() -> None:
    curriculum = climbing(RecordingStream(), lower_is_better=True, patience=1)
    assert [curriculum.observe(loss) for loss in (0.9, 0.8, 0.1)] == [None, 2, 3]


def test_frames_of_an_easier_level_are_passed_over() -> None:
    curriculum = climbing(RecordingStream(first=7), patience=1)
    assert curriculum.observe(0.9, version=6) is None
    assert curriculum.observe(0.9, version=7) == 8
    assert curriculum.observe(0.9, version=7) is None
    assert curriculum.observe(0.9, version=8) == 9


@given(st.lists(st.floats(0, 1), max_size=60), st.integers(1, 4))
def test_each_level_takes_patience(metrics: list[float], patience: int) -> None:
    stream = RecordingStream()
    curriculum = climbing(stream, patience=patience, levels=3)
    for metric in metrics:
        curriculum.observe(metric)
    good = sum(metric >= 0.8 for metric in metrics)
    assert curriculum.level <= min(3, good // patience)
    assert len(stream.sent) == 1 + curriculum.level


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 level"):
        climbing(RecordingStream(), levels=0)
    with pytest.raises(ValueError, match="patience of at least 1"):
        climbing(RecordingStream(), patience=0)
    with pytest.raises(ValueError, match="at least 1 step"):
        LinearCurriculum(RecordingStream(), RAMPS, steps=0)
