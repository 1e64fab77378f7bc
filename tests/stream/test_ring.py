"""Memory that processes share: what is written by one is read by the other, and nothing else is."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.stream.frame_layout import frame_layout
from synth_addon.stream.ring import (
    MOST_SLOTS,
    Ring,
    RingAddress,
    address_from_json,
    create_ring,
    open_ring,
)

LAYOUT = frame_layout({"image": ("uint8", (4, 5, 3)), "depth": ("float32", (4, 5))}, 100)


@pytest.fixture
def ring() -> Ring:
    return create_ring(LAYOUT, 6)


def test_what_one_side_writes_the_other_reads(ring: Ring) -> None:
    other = open_ring(LAYOUT, address_from_json(ring.address.to_json()))
    picture = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    depth = np.linspace(0, 9, 20, dtype=np.float32).reshape(4, 5)
    ring.array(3, 0)[:] = picture
    ring.array(3, 1)[:] = depth
    ring.set_text(3, b"a text")
    ring.granted[3] = 7
    assert np.array_equal(other.array(3, 0), picture)
    assert np.array_equal(other.array(3, 1), depth)
    assert other.text(3, 6) == b"a text"
    assert other.granted.tolist() == [0, 0, 0, 7, 0, 0]
    other.released[5] = 2
    assert ring.released.tolist() == [0, 0, 0, 0, 0, 2]


def test_slots_do_not_overlap(ring: Ring) -> None:
    for slot in range(ring.slots):
        for number in range(len(LAYOUT.arrays)):
            ring.array(slot, number)[:] = 10 * slot + number
        assert ring.set_text(slot, bytes([65 + slot]) * 100)
        ring.granted[slot] = ring.claimed[slot] = ring.released[slot] = 1 << 40
    for slot in range(ring.slots):
        for number in range(len(LAYOUT.arrays)):
            assert (ring.array(slot, number) == 10 * slot + number).all()
        assert ring.text(slot, 100) == bytes([65 + slot]) * 100


def test_arrays_of_evenly_spaced_slots_are_the_memory_itself(ring: Ring) -> None:
    for slot in range(ring.slots):
        ring.array(slot, 0)[:] = slot
    some = ring.arrays(slice(1, 6, 2), 0)
    assert some.shape == (3, 4, 5, 3)
    assert some[:, 0, 0, 0].tolist() == [1, 3, 5]
    ring.array(3, 0)[:] = 99
    assert (some[1] == 99).all()


def test_a_text_without_room_is_not_written(ring: Ring) -> None:
    ring.set_text(0, b"before")
    assert not ring.set_text(0, b"x" * 101)
    assert ring.text(0, 6) == b"before"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is a file")
def test_nothing_is_left_once_nobody_uses_it() -> None:
    gc.collect()
    before = _mapped()  # rings that other tests of this process have left to be used again
    ring = create_ring(LAYOUT, 6)
    path = ring.address.path
    other = open_ring(LAYOUT, ring.address)
    other.array(0, 0)[:] = 5
    del ring
    gc.collect()
    assert not Path(path).exists()
    assert (other.array(0, 0) == 5).all()
    assert _mapped() == before + 1
    del other
    gc.collect()
    assert _mapped() == before


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is a file")
def test_slots_beyond_256_mib_take_memory_when_they_are_filled() -> None:
    layout = frame_layout({"image": ("uint8", (1 << 20, 16)), "ids": ("int32", (1 << 20,))})
    ring = create_ring(layout, 100)
    placed = _taken_mib(ring)
    assert 230 < placed <= 260
    ring.array(99, 0)[:] = 7
    other = open_ring(layout, ring.address)
    assert (other.array(99, 0) == 7).all()
    assert placed + 16 <= _taken_mib(ring) < placed + 20


def _taken_mib(ring: Ring) -> float:
    return os.stat(ring.address.path).st_blocks * 512 / (1 << 20)


def _mapped() -> int:
    return Path("/proc/self/maps").read_text().count("synth-ring")


def _fifo(folder: Path) -> Path:
    os.mkfifo(folder / "fifo")
    return folder / "fifo"


def _short(folder: Path) -> Path:
    (folder / "short").write_bytes(b"SYNTHRNG")
    return folder / "short"


def _sparse(folder: Path) -> Path:
    with (folder / "sparse").open("wb") as file:
        file.truncate(_size())
    return folder / "sparse"


def _size() -> int:
    ring = create_ring(LAYOUT, 6)
    return Path(ring.address.path).stat().st_size


@pytest.mark.skipif(sys.platform == "win32", reason="makes a fifo")
@pytest.mark.parametrize(
    "make",
    [_fifo, _short, _sparse, lambda folder: folder, lambda folder: folder / "nothing"],
    ids=["fifo", "short", "sparse", "folder", "nothing"],
)
def test_what_is_no_ring_is_not_opened(ring: Ring, tmp_path: Path, make: object) -> None:
    assert callable(make)
    address = replace(ring.address, path=str(make(tmp_path)))
    with pytest.raises((OSError, ValueError)):
        open_ring(LAYOUT, address)


@pytest.mark.parametrize(
    "change",
    [{"token": "00" * 16}, {"token": "no hex"}, {"slots": 5}, {"path": "a\0b"}],
    ids=str,
)
def test_another_ring_is_not_opened(ring: Ring, change: dict[str, object]) -> None:
    with pytest.raises((OSError, ValueError)):
        open_ring(LAYOUT, replace(ring.address, **change))  # type: ignore[arg-type]


def test_a_ring_of_other_arrays_is_not_opened(ring: Ring) -> None:
    with pytest.raises(ValueError, match="no ring of"):
        open_ring(frame_layout({"image": ("uint8", (400, 500, 3))}), ring.address)


def test_a_ring_that_does_not_fit_into_memory_is_not_mapped(tmp_path: Path) -> None:
    """A file of holes that claims to be a ring would be filled by mapping it."""
    layout = frame_layout({"image": ("uint8", (1 << 15, 1 << 15))})
    with (tmp_path / "holes").open("wb") as file:
        file.truncate(33 * 4096 + MOST_SLOTS * layout.slot_bytes)
    with pytest.raises(ValueError, match="another stream"):
        open_ring(layout, RingAddress(str(tmp_path / "holes"), "00" * 16, MOST_SLOTS))


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"path": "/x", "token": "", "slots": 0},
        {"path": "/x", "token": "", "slots": MOST_SLOTS + 1},
        {"path": "/x", "token": "", "slots": "many"},
        {"path": "/x", "token": "", "slots": float("inf")},
        {"path": "/x", "token": "", "slots": None},
    ],
    ids=str,
)
def test_an_address_that_is_none_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        address_from_json(data)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["uint8", "uint16", "float64"]), st.integers(1, 700)), max_size=8
    ),
    st.integers(1, 5),
    st.integers(0, 5000),
)
def test_arrays_and_texts_of_all_slots_lie_apart(
    kinds: list[tuple[str, int]], slots: int, text_bytes: int
) -> None:
    arrays = {f"a{at}": (dtype, (size,)) for at, (dtype, size) in enumerate([("uint8", 3), *kinds])}
    ring = create_ring(frame_layout(arrays, text_bytes), slots)
    places = [(slot, number) for slot in range(slots) for number in range(len(arrays))]
    for value, (slot, number) in enumerate(places):
        ring.array(slot, number)[...] = value % 251
    for slot in range(slots):
        assert ring.set_text(slot, bytes([slot + 1]) * text_bytes)
    ring.granted[:], ring.claimed[:], ring.released[:] = 1, 2, 3
    for value, (slot, number) in enumerate(places):
        assert (ring.array(slot, number) == value % 251).all()
    for slot in range(slots):
        assert ring.text(slot, text_bytes) == bytes([slot + 1]) * text_bytes
    assert ring.arrays(slice(0, slots), 0).flags.c_contiguous
