"""Free slots come in blocks of neighbours, the lowest first, and each of them once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_addon.broker.free_slots import FreeSlots


def taken(free: FreeSlots, count: int) -> list[int]:
    return [free.take() for _ in range(count)]


def test_batches_lie_in_one_piece_and_the_lowest_are_used_again() -> None:
    free = FreeSlots(64)
    free.fit(10)
    first, second = taken(free, 10), taken(free, 10)
    assert (first, second) == ([*range(10)], [*range(10, 20)])
    free.add(first)
    assert taken(free, 20) == [*range(10), *range(20, 30)]


def test_a_block_that_was_begun_is_finished_before_a_lower_one() -> None:
    free = FreeSlots(32)
    first = taken(free, 12)[:8]
    free.add(first)
    assert taken(free, 8) == [12, 13, 14, 15, 0, 1, 2, 3]


def test_single_slots_are_used_where_no_block_is_whole() -> None:
    free = FreeSlots(16)
    taken(free, 16)
    free.add([9, 3])
    assert taken(free, 2) == [3, 9]
    with pytest.raises(IndexError):
        free.take()


@given(st.integers(1, 70), st.data())
def test_every_slot_is_free_or_taken(slots: int, data: Any) -> None:
    free, held = FreeSlots(slots), set[int]()
    for _ in range(data.draw(st.integers(0, 60))):
        match data.draw(st.sampled_from(["take", "add", "fit"])):
            case "take" if len(held) < slots:
                slot = free.take()
                assert slot not in held
                assert 0 <= slot < slots
                held.add(slot)
            case "add" if held:
                back = data.draw(st.sets(st.sampled_from(sorted(held)), min_size=1))
                free.add(back)
                held -= back
            case "fit":
                free.fit(data.draw(st.integers(1, 100)))
        assert len(free) == slots - len(held)
