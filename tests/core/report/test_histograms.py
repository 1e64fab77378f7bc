"""Histograms, coverage of spheres, extremes, and distances between distributions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_addon.core.report.extremes import Extremes
from synth_addon.core.report.heat_map import HeatMap
from synth_addon.core.report.histograms import Bins, Histogram, overlap, wasserstein
from synth_addon.core.report.sphere_coverage import RINGS, SECTORS, SphereCoverage


def filled(bins: Bins, values: list[float]) -> Histogram:
    histogram = Histogram(bins)
    for value in values:
        histogram.add(value)
    return histogram


@pytest.mark.parametrize("logarithmic", [False, True])
@given(value=st.floats(-1.0, 1000.0))
def test_a_value_lies_between_the_edges_of_its_bin(logarithmic: bool, value: float) -> None:
    bins = Bins(0.1, 100.0, 30, logarithmic)
    index = bins.index(value)
    assert 0 <= index < 30
    if 0.1 <= value < 100.0:
        assert bins.edge(index) <= value * 1.0001
        assert value <= bins.edge(index + 1) * 1.0001


def test_quantiles_never_leave_the_values() -> None:
    assert filled(Bins(0.0, 10.0, 10), [3.5] * 7).median == 3.5
    ramp = filled(Bins(0.0, 1.0, 20), [i / 1000 for i in range(1000)])
    for share in (0.1, 0.5, 0.9):
        assert ramp.quantile(share) == pytest.approx(share, abs=0.01)


def test_distances_are_those_that_values_moved() -> None:
    bins = Bins(0.0, 1.0, 50)
    one, other = filled(bins, [0.21, 0.31]), filled(bins, [0.41, 0.51])
    assert wasserstein(one, one) == 0
    assert wasserstein(one, other) == pytest.approx(0.2)
    assert overlap(one.shares, one.shares) == pytest.approx(1.0)
    assert overlap(one.shares, other.shares) == 0
    scale = Bins(1.0, 10000.0, 40, logarithmic=True)
    factor = wasserstein(filled(scale, [11.0, 20.0]), filled(scale, [110.0, 200.0]))
    assert factor == pytest.approx(10.0)


def test_cells_of_a_sphere_are_equal() -> None:
    sphere = SphereCoverage()
    rng = np.random.default_rng(1)
    for direction in rng.normal(size=(40000, 3)):
        sphere.add(direction)
    expected = 40000 / (RINGS * SECTORS)
    assert sphere.covered == 1.0
    assert np.abs(sphere.counts - expected).max() < 5 * expected**0.5


def test_poles_and_nothing_are_no_trouble() -> None:
    sphere = SphereCoverage()
    for direction in ([0, 0, 1], [0, 0, -1], [-1, -1e-20, 0], [0, 0, 0]):
        sphere.add(direction)
    assert sphere.total == 3
    assert sphere.counts[-1].sum() == sphere.counts[0].sum() == 1


def test_the_fullest_cells_are_found() -> None:
    heat = HeatMap(Bins(0, 1, 10), Bins(0, 1, 10))
    for _ in range(90):
        heat.add(0.05, 0.95)
    for i in range(10):
        heat.add(i / 10, i / 10)
    assert heat.counts[9, 0] == 90
    assert heat.share_of_fullest(0.01) == 0.9


@given(st.lists(st.integers(-50, 50)))
def test_extremes_are_the_lowest_and_earliest(ranks: list[int]) -> None:
    kept = Extremes(4)
    for frame, rank in enumerate(ranks):
        kept.add(rank, frame, str(rank))
    expected = sorted((rank, frame) for frame, rank in enumerate(ranks))[:4]
    assert [(each.rank, each.frame) for each in kept.most_extreme()] == expected
