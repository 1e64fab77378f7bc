"""The diameter of a set of points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_addon.core.point_spread import greatest_distance

sizes = st.one_of(st.floats(1e-3, 1e3), st.sampled_from([1e-30, 1e30]))


@given(st.integers(0, 2**32 - 1), st.integers(1, 300), sizes, st.sampled_from([0.0, 1.0, 100.0]))
def test_it_is_the_greatest_of_all_pairs(seed: int, count: int, size: float, off: float) -> None:
    rng = np.random.default_rng(seed)
    points = size * (rng.normal(size=(count, 3)) * rng.uniform(0.1, 1, 3) + off)
    pairs = np.linalg.norm(points[:, None] - points[None], axis=-1)
    assert greatest_distance(points) == pytest.approx(pairs.max(), rel=1e-9, abs=0)


@given(st.integers(0, 2**32 - 1), st.integers(2, 80))
def test_of_equally_long_pairs_none_is_missed(seed: int, count: int) -> None:
    """The last bit must not hang on how pairs are looked for: it is written into datasets."""
    points = np.random.default_rng(seed).normal(size=(count, 3)).astype(np.float32).astype(float)
    points *= 0.05 / np.linalg.norm(points, axis=1)[:, None]
    points = np.unique(np.concatenate([points, -points]), axis=0)  # many diameters of one ball
    squares = np.einsum("ij,ij->i", points, points)
    squared = squares[:, None] + squares[None] - 2 * points @ points.T
    one, other = np.unravel_index(int(squared.argmax()), squared.shape)
    assert greatest_distance(points) >= float(np.linalg.norm(points[one] - points[other]))


def test_many_points_of_a_sphere_are_close_enough() -> None:
    directions = np.random.default_rng(1).normal(size=(200_000, 3))
    sphere = directions / np.linalg.norm(directions, axis=1)[:, None]
    assert greatest_distance(sphere) == pytest.approx(2, rel=1e-3)
