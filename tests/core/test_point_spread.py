"""The diameter of a set of points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_addon.core.point_spread import greatest_distance


@given(st.integers(0, 2**32 - 1), st.integers(1, 200), st.floats(1e-3, 1e3))
def test_it_is_the_greatest_of_all_pairs(seed: int, count: int, size: float) -> None:
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(count, 3)) * size * rng.uniform(0.1, 1, 3)
    pairs = np.linalg.norm(points[:, None] - points[None], axis=-1)
    assert greatest_distance(points) == pytest.approx(pairs.max(), rel=1e-9, abs=1e-12)


def test_many_points_of_a_sphere_are_close_enough() -> None:
    directions = np.random.default_rng(1).normal(size=(200_000, 3))
    sphere = directions / np.linalg.norm(directions, axis=1)[:, None]
    assert greatest_distance(sphere) == pytest.approx(2, rel=1e-3)
