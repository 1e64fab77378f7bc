"""What a dataset will take: exact numbers, and what must hold for any."""

from __future__ import annotations

import os
import threading
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.bootstrap import Estimate
from synth_addon.core.errors import UsageError
from synth_addon.farm.one_core import on_one_core
from synth_addon.farm.planning import (
    Machine,
    Prices,
    Probe,
    SceneCost,
    fleets_of,
    machines_needed,
    run_of,
    scenes_for,
    share_of,
    size_in_tar,
    storage_of,
)

SCENE = SceneCost(wall_s=10.0, cpu_s=9.0, size=999_000, files=21, journal=1000, in_tars=1_000_000)
EVEN = Probe((SCENE, SCENE), 4, 0.0, 512.0, coco_size=0.0, shared_size=100, shared_files=3)
SMALL = Machine("small", cores=10, price=0.5, count=2)
PRICES = Prices(put_1000=0.005, gb_month=0.023)


def probe_of(seconds: list[float], startup_s: float = 0.0) -> Probe:
    scenes = tuple(replace(SCENE, wall_s=wall, cpu_s=0.0) for wall in seconds)
    return replace(EVEN, scenes=scenes, startup_s=startup_s)


SECONDS = st.lists(st.floats(0.1, 1e3), min_size=2, max_size=8)
PROBES = st.builds(probe_of, SECONDS)
MACHINES = st.builds(
    Machine,
    name=st.just("any"),
    cores=st.integers(1, 256),
    price=st.floats(0, 100),
    count=st.integers(1, 1000),
    speed=st.floats(0.1, 10),
)
FRAMES = st.integers(10**7, 10**9)  # many more scenes than workers


def exact(value: float) -> Estimate:
    return Estimate(*[pytest.approx(value)] * 3)


def test_time_and_cost_are_those_of_the_formula() -> None:
    run = run_of(EVEN, 4 * 64_800, [SMALL], efficiency=0.9)
    assert run.hours == exact(64_800 * 10 / 20 / 0.9 / 3600)  # 10 h
    assert run.cost == exact(10.0)
    assert run.cost_per_thousand == exact(10.0 / 259.2)


def test_a_scene_keeps_a_core_for_the_longer_of_wall_and_cpu_time() -> None:
    busy = replace(SCENE, cpu_s=20.0)
    run = run_of(replace(EVEN, scenes=(busy, busy)), 4 * 64_800, [SMALL], efficiency=0.9)
    assert run.hours == exact(20.0)


def test_a_start_is_waited_for_once_and_paid_by_every_machine() -> None:
    run = run_of(replace(EVEN, startup_s=3600.0), 4 * 64_800, [SMALL], efficiency=0.9)
    assert (run.hours, run.cost) == (exact(11.0), exact(11.0))


def test_faster_cores_take_their_share() -> None:
    fast = Machine("fast", cores=10, price=2.0, count=1, speed=2.0)
    assert share_of(fast, [SMALL, fast]) == 0.5
    run = run_of(EVEN, 4 * 129_600, [SMALL, fast], efficiency=0.9)
    assert (run.hours, run.cost) == (exact(10.0), exact(30.0))


def test_no_fleet_is_faster_than_one_scene() -> None:
    assert run_of(EVEN, 5, [replace(SMALL, count=1000)], 1.0).hours == exact(10 / 3600)


def test_a_deadline_asks_for_machines() -> None:
    assert machines_needed(EVEN, 4 * 64_800, SMALL, 0.9, deadline_h=10.0) == exact(2)
    assert machines_needed(EVEN, 4 * 64_800, SMALL, 0.9, deadline_h=9.9) == exact(3)
    fast = replace(SMALL, speed=2.0)
    assert machines_needed(EVEN, 4 * 64_800, fast, 0.9, deadline_h=10.0) == exact(1)


def test_a_deadline_that_no_number_of_machines_meets_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--deadline 0\.001: .* small\. Allow more"):
        machines_needed(EVEN, 100, SMALL, 0.9, deadline_h=0.001)


def test_storage_is_counted_in_bytes_files_and_tars() -> None:
    storage = storage_of(replace(EVEN, coco_size=500.0), 4 * 10_000, PRICES)
    assert storage.size == exact(10_000 * 1_000_500 + 100)
    assert storage.files == exact(210_003)
    assert storage.journal == exact(10_000_000)
    assert storage.tars == exact(10)
    assert storage.upload_files == exact(210_003 * 5e-6)
    assert storage.upload_tars == exact(10 * 5e-6)
    assert storage.month == exact(10.0050001 * 0.023)


@pytest.mark.parametrize(("size", "taken"), [(0, 512), (1, 1024), (512, 1024), (513, 1536)])
def test_files_in_tars_take_whole_blocks(size: int, taken: int) -> None:
    assert size_in_tar(size) == taken


@pytest.mark.parametrize(("frames", "scenes"), [(1, 1), (4, 1), (5, 2)])
def test_scenes_are_rounded_up(frames: int, scenes: int) -> None:
    assert scenes_for(frames, 4) == scenes


@given(PROBES, MACHINES, FRAMES)
@settings(max_examples=30, deadline=None)
def test_twice_the_machines_take_half_the_time_at_the_same_cost(
    probe: Probe, machine: Machine, frames: int
) -> None:
    one = run_of(probe, frames, [machine], 0.9)
    two = run_of(probe, frames, [replace(machine, count=2 * machine.count)], 0.9)
    assert two.hours.mean == pytest.approx(one.hours.mean / 2)
    assert two.cost.mean == pytest.approx(one.cost.mean)
    assert one.hours.low <= one.hours.mean <= one.hours.high
    assert one.cost.low <= one.cost.mean <= one.cost.high


@given(PROBES, MACHINES, FRAMES)
@settings(max_examples=30, deadline=None)
def test_more_frames_take_more_and_better_machines_less(
    probe: Probe, machine: Machine, frames: int
) -> None:
    hours = run_of(probe, frames, [machine], 0.5).hours.mean
    assert run_of(probe, 2 * frames, [machine], 0.5).hours.mean >= hours
    assert run_of(probe, frames, [machine], 1.0).hours.mean <= hours
    assert (
        run_of(probe, frames, [replace(machine, cores=machine.cores + 1)], 0.5).hours.mean < hours
    )
    assert run_of(probe, frames, [machine, replace(machine, count=1)], 0.5).hours.mean < hours
    less = storage_of(probe, frames, PRICES)
    assert storage_of(probe, frames + 4, PRICES).size.mean > less.size.mean


@given(SECONDS, MACHINES, FRAMES, st.floats(1, 1e4))
@settings(max_examples=30, deadline=None)
def test_the_machines_that_a_deadline_asks_for_meet_it_and_one_less_does_not(
    seconds: list[float], machine: Machine, frames: int, deadline_h: float
) -> None:
    probe = probe_of(seconds, startup_s=5.0)
    try:
        (fleet,) = fleets_of(probe, frames, [machine], 0.9, deadline_h)
    except UsageError:
        return
    assert fleet.needed is not None
    assert fleet.needed.low <= fleet.needed.mean <= fleet.needed.high
    assert fleet.run.hours.high <= deadline_h * (1 + 1e-9)
    (enough,) = fleet.machines
    if enough.count > 1:
        fewer = replace(enough, count=enough.count - 1)
        assert run_of(probe, frames, [fewer], 0.9).hours.high >= deadline_h * (1 - 1e-9)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="processes choose cores on Linux")
def test_a_process_is_kept_on_one_core_and_let_go_again() -> None:
    before = os.sched_getaffinity(0)
    within: list[set[int]] = []
    with on_one_core():
        thread = threading.Thread(target=lambda: within.append(os.sched_getaffinity(0)))
        thread.start()
        thread.join()
    assert within == [{max(before)}]
    assert os.sched_getaffinity(0) == before
