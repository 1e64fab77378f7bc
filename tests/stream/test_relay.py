"""Memory between a loader's worker and its trainer is used again once the trainer lets it go."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np

from synth_addon.stream.frame_layout import FrameLayout, frame_layout
from synth_addon.stream.frame_row import FrameRow, packed_rows, unpacked_rows
from synth_addon.stream.frames import StreamBatch, same
from synth_addon.stream.lent_frames import LentFrames
from synth_addon.stream.relay import Relay, relay_for

LAYOUT = frame_layout({"image": ("uint8", (4, 5, 3))}, 100)
ROWS = [FrameRow(40 + place, 9, 1, place, place, 0, 0, 0, 2) for place in range(3)]
CLAIMED: list[str] = []


def claim_from_afar() -> None:
    CLAIMED.append("claimed")


def relayed(relay: Relay, value: int) -> StreamBatch | None:
    """Return a batch as the trainer receives it, which another process has filled."""
    lease = relay.take(len(ROWS))
    if lease is None:
        return None
    first = lease.fillings[0][0]
    relay.ring.arrays(slice(first, first + len(ROWS)), 0)[:] = value
    content = LentFrames(lease, ROWS, dict.fromkeys(range(3), b"{}"), claim_from_afar)
    batch: StreamBatch = pickle.loads(pickle.dumps(StreamBatch(content, ROWS, same)))
    return batch


def test_a_batch_is_claimed_where_it_came_from_and_given_back_here() -> None:
    relay = Relay(LAYOUT, 4, 6)
    CLAIMED.clear()
    for value in range(30):
        batch = relayed(relay, value)
        assert batch is not None
        assert len(CLAIMED) == value
        assert batch["frame"] == [0, 1, 2]
        assert batch["annotation"] == [{}] * 3
        assert (batch["image"] == value).all()
        assert len(CLAIMED) == value + 1
        del batch


def test_memory_that_is_held_is_not_used_again() -> None:
    relay = Relay(LAYOUT, 4, 6)
    held: list[Any] = []
    while (batch := relayed(relay, len(held))) is not None:
        held.append(batch["image"])
        del batch
    assert len(held) == 6
    for value, image in enumerate(held):
        assert (image == value).all()
    del held[2], image
    again = relayed(relay, 99)
    assert again is not None
    assert (again["image"] == 99).all()
    assert all((image != 99).all() for image in held)


def test_batches_that_nobody_looks_at_are_not_counted_as_used() -> None:
    relay = Relay(LAYOUT, 3, 6)
    CLAIMED.clear()
    for _ in range(30):
        assert relayed(relay, 0) is not None
    assert not CLAIMED


def test_batches_that_are_never_passed_on_take_no_memory() -> None:
    relay = Relay(LAYOUT, 3, 6)
    for _ in range(30):
        assert relay.take(3) is not None


def test_a_process_has_one_relay_for_batches_of_a_form_and_none_for_huge_ones() -> None:
    assert relay_for(LAYOUT, 2) is relay_for(FrameLayout(LAYOUT.arrays, 100), 2)
    assert relay_for(LAYOUT, 2) is not relay_for(LAYOUT, 3)
    assert relay_for(frame_layout({"image": ("float64", (4000, 4000))}), 8) is None
    single, large = relay_for(LAYOUT, 1), relay_for(LAYOUT, 40)
    assert single is not None
    assert large is not None
    assert (single.ring.slots, large.ring.slots) == (64, 240)


def test_rows_are_what_they_were_after_packing() -> None:
    rows = (FrameRow(1, 1 << 61, 0, 5, 4, 3, 2, (1 << 62) - 1, 99), *ROWS)
    again = unpacked_rows(packed_rows(rows))
    assert again == rows
    assert isinstance(again[0], FrameRow)
    assert type(again[0].seed) is int
    assert np.iinfo(np.int64).max > (1 << 62)
