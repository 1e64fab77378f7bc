"""Slots are held as long as anything looks at them, and no longer."""

from __future__ import annotations

import gc
import os
import sys

import numpy as np
import pytest

from synth_addon.stream import StreamError, lease
from synth_addon.stream.frame_layout import frame_layout
from synth_addon.stream.lease import Lease
from synth_addon.stream.ring import Ring, create_ring

LAYOUT = frame_layout({"image": ("uint8", (4, 5, 3))}, 100)
FILLINGS = [(1, 4), (2, 7)]


@pytest.fixture
def ring() -> Ring:
    ring = create_ring(LAYOUT, 6)
    for slot, filling in FILLINGS:
        ring.granted[slot] = filling
        ring.array(slot, 0)[:] = slot
    return ring


def words(ring: Ring) -> tuple[list[int], list[int]]:
    return ring.claimed[[1, 2]].tolist(), ring.released[[1, 2]].tolist()


def test_a_view_of_a_view_keeps_the_slots(ring: Ring) -> None:
    held = Lease(ring, FILLINGS)
    held.claim()
    view = held.array(0)[1:][:, ::2, 1].T
    del held
    gc.collect()
    assert words(ring) == ([4, 7], [0, 0])
    assert (view == 2).all()
    del view
    gc.collect()
    assert words(ring) == ([4, 7], [4, 7])


def test_a_tensor_and_its_views_keep_the_slots(ring: Ring) -> None:
    torch = pytest.importorskip("torch")
    held = Lease(ring, FILLINGS)
    held.claim()
    tensor = torch.from_numpy(held.array(0))
    view = tensor[0].permute(2, 0, 1)[0]
    del held, tensor
    gc.collect()
    assert words(ring) == ([4, 7], [0, 0])
    del view
    gc.collect()
    assert words(ring) == ([4, 7], [4, 7])


def test_slots_that_are_not_evenly_spaced_are_copied(ring: Ring) -> None:
    ring.granted[:] = 1
    held = Lease(ring, [(5, 1), (0, 1), (1, 1)])
    held.claim()
    for slot in (5, 0, 1):
        ring.array(slot, 0)[:] = 10 + slot
    copy = held.array(0)
    assert copy[:, 0, 0, 0].tolist() == [15, 10, 11]
    del held
    gc.collect()
    assert ring.released.tolist() == [1, 1, 0, 0, 0, 1]
    ring.array(5, 0)[:] = 0
    assert (copy[0] == 15).all()


@pytest.mark.parametrize("is_held", [False, True])
@pytest.mark.parametrize("is_passed_on", [False, True])
def test_what_nobody_looked_at_is_given_back_as_unused(
    ring: Ring, is_held: bool, is_passed_on: bool
) -> None:
    held = Lease(ring, FILLINGS, is_passed_on=is_passed_on)
    if is_held:
        held.hold()
    held.array(0)
    assert ring.held[[1, 2]].tolist() == ([4, 7] if is_held else [0, 0])
    del held
    gc.collect()
    assert words(ring) == ([0, 0], [4, 7])


def test_what_went_to_others_is_not_given_back(ring: Ring) -> None:
    late = Lease(ring, FILLINGS)
    ring.granted[2] = 8
    del late
    gc.collect()
    assert words(ring) == ([0, 0], [0, 0])


def test_frames_that_went_to_others_cannot_be_held(ring: Ring) -> None:
    ring.granted[2] = 8
    late = Lease(ring, FILLINGS)
    late.hold()
    assert not ring.held.any()
    with pytest.raises(StreamError, match="went to others"):
        late.claim()
    del late
    gc.collect()
    assert words(ring) == ([0, 0], [0, 0])


def test_what_is_passed_on_is_left_to_the_other_process(ring: Ring) -> None:
    held = Lease(ring, FILLINGS, is_passed_on=True)
    held.claim()
    held.hand_over()
    del held
    gc.collect()
    assert words(ring) == ([0, 0], [0, 0])


def test_what_was_seen_and_not_passed_on_is_given_back(ring: Ring) -> None:
    held = Lease(ring, FILLINGS, is_passed_on=True)
    held.claim()
    assert words(ring) == ([0, 0], [0, 0])
    del held
    gc.collect()
    assert words(ring) == ([4, 7], [4, 7])


def test_joined_leases_are_one(ring: Ring) -> None:
    one, other = Lease(ring, FILLINGS[:1]), Lease(ring, FILLINGS[1:])
    both = one.joined([other])
    del one, other
    gc.collect()
    assert words(ring) == ([0, 0], [0, 0])
    both.claim()
    assert both.array(0)[:, 0, 0, 0].tolist() == [1, 2]
    del both
    gc.collect()
    assert words(ring) == ([4, 7], [4, 7])


@pytest.mark.parametrize("granted", [0, 8], ids=["revoked", "given to others"])
def test_frames_that_went_to_others_cannot_be_claimed(
    ring: Ring, monkeypatch: pytest.MonkeyPatch, granted: int
) -> None:
    monkeypatch.setattr(lease, "_DOUBT_S", 0.1)
    ring.granted[2] = granted
    ring.claimed[2] = granted
    held = Lease(ring, FILLINGS, is_passed_on=False)
    with pytest.raises(StreamError, match="went to others"):
        held.claim()
    if granted:
        assert ring.claimed[2] == granted, "the words of others are left alone"
    held.hand_over()


@pytest.mark.parametrize("is_held", [False, True])
def test_the_rest_of_a_batch_that_went_to_others_in_part_goes_to_others_too(
    ring: Ring, monkeypatch: pytest.MonkeyPatch, is_held: bool
) -> None:
    monkeypatch.setattr(lease, "_DOUBT_S", 0.1)
    ring.granted[2] = 0
    late = Lease(ring, FILLINGS)
    if is_held:
        late.hold()
    else:
        with pytest.raises(StreamError, match="went to others"):
            late.claim()
    assert ring.held[1] == ring.claimed[1] == 0
    assert ring.released[[1, 2]].tolist() == [4, 0]


def test_frames_that_were_revoked_for_a_moment_can_be_claimed(ring: Ring) -> None:
    pause = lease.time.sleep
    ring.granted[2] = 0

    def restore(seconds: float) -> None:
        ring.granted[2] = 7
        pause(seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lease.time, "sleep", restore)
        held = Lease(ring, FILLINGS)
        held.claim()
    assert words(ring)[0] == [4, 7]
    del held


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_does_not_give_back_what_its_parent_holds(ring: Ring) -> None:
    held = Lease(ring, FILLINGS)
    held.claim()
    picture = held.array(0)
    child = os.fork()
    if child == 0:
        del held, picture
        gc.collect()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert words(ring) == ([4, 7], [0, 0])
    assert (picture[1] == 2).all()
    del held, picture
    gc.collect()
    assert words(ring) == ([4, 7], [4, 7])


def test_words_are_written_with_numbers_beyond_32_bits(ring: Ring) -> None:
    ring.granted[3] = np.uint64(1 << 40)
    held = Lease(ring, [(3, 1 << 40)])
    held.claim()
    del held
    gc.collect()
    assert int(ring.released[3]) == 1 << 40
