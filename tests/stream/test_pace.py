"""Readers keep two requests under way, and more only where batches go by the hundred."""

from __future__ import annotations

import pytest

from synth_addon.stream import pace
from synth_addon.stream.pace import Pace


@pytest.mark.parametrize(
    ("interval_s", "most", "under_way"),
    [(1.0, 12, 2), (0.03, 12, 2), (0.006, 12, 3), (0.002, 12, 7), (0.0, 12, 12), (0.0, 4, 4)],
)
def test_more_are_under_way_where_batches_are_used_faster(
    monkeypatch: pytest.MonkeyPatch, interval_s: float, most: int, under_way: int
) -> None:
    now = 100.0
    monkeypatch.setattr(pace.time, "monotonic", lambda: now)
    reader = Pace()
    reader.most = most
    for _ in range(100):
        now += interval_s
        reader.tick()
    assert reader.under_way == under_way


def test_two_are_under_way_however_few_slots_there_are() -> None:
    reader = Pace()
    reader.most = 0
    assert reader.under_way == 2
