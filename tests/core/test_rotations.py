"""Rotations: unit quaternions, evenly spread where that is said, and JSON forms."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.errors import Fault
from synth_addon.core.rotations import UNIFORM, UPRIGHT, Rotation, parse_rotation
from synth_addon.core.transforms import Array, rotation_from_quaternion

ANGLES = st.floats(-360, 360)
STATED = st.one_of(
    st.sampled_from(["uniform", "upright"]),
    st.lists(ANGLES, min_size=2, max_size=2).map(lambda pair: {"upright": sorted(pair)}),
    st.floats(0, 180).map(lambda angle: {"tilt": angle}),
    st.lists(ANGLES, min_size=3, max_size=3).map(lambda angles: {"fixed": angles}),
)
DRAWS = 5000
fast = settings(deadline=None, max_examples=60)


def stream(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def matrices(rotation: Rotation, count: int = DRAWS) -> Array:
    rng = stream(3)
    return np.array([rotation_from_quaternion(rotation.draw(rng)) for _ in range(count)])


def assert_evenly_spread(values: Array, low: float, high: float) -> None:
    """Kolmogorov and Smirnov's test at the 0.1 % level, with a fixed seed."""
    share = (np.sort(values) - low) / (high - low)
    middle = (np.arange(len(values)) + 0.5) / len(values)
    assert np.abs(share - middle).max() < 1.95 / math.sqrt(len(values))


@fast
@given(STATED, st.integers(0, 2**32))
def test_quaternions_have_unit_length(stated: object, seed: int) -> None:
    quaternion = parse_rotation(stated).draw(stream(seed))
    assert np.linalg.norm(quaternion) == pytest.approx(1, abs=1e-12)


@fast
@given(STATED, st.integers(0, 2**32))
def test_json_says_all(stated: object, seed: int) -> None:
    rotation = parse_rotation(stated)
    again = parse_rotation(json.loads(json.dumps(rotation.to_json())))
    assert again == rotation
    assert np.array_equal(again.draw(stream(seed)), rotation.draw(stream(seed)))


def test_uniform_turns_every_axis_anywhere() -> None:
    """A uniform rotation sends each axis to a uniform direction: every coordinate is uniform."""
    drawn = matrices(UNIFORM)
    for row in range(3):
        for column in range(3):
            assert_evenly_spread(drawn[:, row, column], -1, 1)


def test_uniform_angles_have_the_density_of_all_rotations() -> None:
    """The angle t of a uniform rotation has the distribution function (t - sin t) / pi."""
    cosine = (np.trace(matrices(UNIFORM), axis1=1, axis2=2) - 1) / 2
    angle = np.arccos(np.clip(cosine, -1, 1))
    assert_evenly_spread((angle - np.sin(angle)) / math.pi, 0, 1)


def test_upright_turns_about_the_vertical_alone() -> None:
    drawn = matrices(UPRIGHT)
    assert np.allclose(drawn[:, 2], [0, 0, 1])
    assert_evenly_spread(np.arctan2(drawn[:, 1, 0], drawn[:, 0, 0]), -math.pi, math.pi)


def test_upright_keeps_its_range() -> None:
    drawn = matrices(parse_rotation({"upright": [10, 50]}))
    degrees = np.degrees(np.arctan2(drawn[:, 1, 0], drawn[:, 0, 0]))
    assert_evenly_spread(degrees, 10, 50)


@pytest.mark.parametrize("greatest", [1, 15, 90, 180])
def test_tilts_spread_evenly_over_the_cap(greatest: float) -> None:
    up = matrices(parse_rotation({"tilt": greatest}))[:, :, 2]
    lowest = math.cos(math.radians(greatest))
    assert up[:, 2].min() >= lowest - 1e-12
    assert_evenly_spread(up[:, 2], lowest, 1)
    assert_evenly_spread(np.arctan2(up[:, 1], up[:, 0]), -math.pi, math.pi)


def test_no_tilt_leaves_upright_turns() -> None:
    assert np.allclose(matrices(parse_rotation({"tilt": 0}), 50)[:, 2], [0, 0, 1])


def test_fixed_turns_about_x_then_y_then_z() -> None:
    rotation = parse_rotation({"fixed": [90, 0, 90]})
    moved = rotation_from_quaternion(rotation.draw(stream())) @ [0, 1, 0]
    assert np.allclose(moved, [0, 0, 1])
    moved = rotation_from_quaternion(rotation.draw(stream())) @ [1, 0, 0]
    assert np.allclose(moved, [0, 1, 0])


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ("random", "not a rotation"),
        (None, "not a rotation"),
        (5, "not a rotation"),
        ([0, 0, 90], "not a rotation"),
        ({}, "not a rotation"),
        ({"tilt": 5, "fixed": [0, 0, 0]}, "not a rotation"),
        ({"spin": 5}, "unknown rotation 'spin'"),
        ({"upright": [90, 0]}, "90 is greater than 0"),
        ({"upright": 90}, "2 numbers"),
        ({"upright": [-1e308, 1e308]}, "too large"),
        ({"tilt": 181}, "too large"),
        ({"tilt": -1}, "too large"),
        ({"tilt": {"uniform": [0, 5]}}, "one number"),
        ({"tilt": [5]}, "must be a number"),
        ({"fixed": [0, 0]}, "3 numbers"),
        ({"fixed": [0, 0, 0, 0]}, "3 numbers"),
        ({"fixed": [{"uniform": [0, 5]}, 0, 0]}, "3 numbers"),
        ({"fixed": ["a", 0, 0]}, "must be a number"),
        ({"fixed": [math.inf, 0, 0]}, "finite"),
    ],
)
def test_mistakes_are_explained(stated: object, said: str) -> None:
    with pytest.raises(Fault) as caught:
        parse_rotation(stated)
    assert said in caught.value.message
    assert caught.value.remedy
