"""Slots in memory that the processes of one machine share; arrays cross it without a copy.

On Linux the memory has no name: others open it through its owner's descriptor, so it is gone once
all processes that use it are, however they ended. Elsewhere it is a temporary file.

Each array has a block of its own with the slots side by side, so that frames in neighbouring slots
are one array without a gap; the texts have another. Behind a header stand four 64-bit words for
each slot, each written by one side alone: ``granted`` (the broker: which filling of the slot a
reader may use), ``held``, ``claimed`` and ``released`` (that reader: which filling it has in hand,
has used, and needs no more). A filling is a number that a slot has for one frame and one reader;
what is released and was not claimed goes to others.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import mmap
import os
import secrets
import stat
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .frame_layout import FrameLayout

_MAGIC = b"SYNTHRNG"
_TOKEN_BYTES = 16
_PAGE = 4096
_WORDS = 4
_WORD_BYTES = 8
_PLACED_BYTES = 256 << 20
_POPULATE_WRITE = 23
"""Linux's MADV_POPULATE_WRITE, which Python has no name for."""
MOST_SLOTS = 4096

Reference = tuple[str, str, int, str]
"""An address, and a layout as JSON."""


@dataclass(frozen=True)
class RingAddress:
    """How other processes of the machine find a ring.

    Attributes:
        path: file to open.
        token: that its header holds, in hex.
        slots: how many there are.
    """

    path: str
    token: str
    slots: int

    def to_json(self) -> dict[str, Any]:
        """Return what `address_from_json` reads."""
        return {"path": self.path, "token": self.token, "slots": self.slots}


def address_from_json(data: Any) -> RingAddress:
    """Return the address that another process states.

    Raises:
        ValueError: it is none.
    """
    try:
        address = RingAddress(str(data["path"]), str(data["token"]), int(data["slots"]))
    except (KeyError, OverflowError, TypeError) as error:
        raise ValueError(f"not a ring's address: {error}") from error
    if not 0 < address.slots <= MOST_SLOTS:
        raise ValueError(f"a ring of {address.slots} slots; there can be 1 to {MOST_SLOTS}")
    return address


class Ring:
    """The slots, mapped into this process; `create_ring` and `open_ring` make it.

    Attributes:
        granted, held, claimed, released: (slots) uint64, see the module.
    """

    def __init__(self, layout: FrameLayout, slots: int, memory: mmap.mmap, path: str) -> None:
        self.layout, self.slots = layout, slots
        self._memory, self._path = memory, path
        words = np.frombuffer(memory, np.uint64, _WORDS * slots, _PAGE)
        self.granted, self.held, self.claimed, self.released = words.reshape(_WORDS, slots)
        *starts, texts, _ = _block_starts(layout, slots)
        self._blocks = [
            _block(memory, start, field.dtype, (slots, *field.shape))
            for start, field in zip(starts, layout.arrays, strict=True)
        ]
        self._texts = _block(memory, texts, "uint8", (slots, layout.text_bytes))

    @cached_property
    def address(self) -> RingAddress:
        """How others find it."""
        token = self._memory[len(_MAGIC) : len(_MAGIC) + _TOKEN_BYTES].hex()
        return RingAddress(self._path, token, self.slots)

    @cached_property
    def reference(self) -> Reference:
        """The same and what frames look like, in few bytes."""
        address, layout = self.address, json.dumps(self.layout.to_json())
        return address.path, address.token, address.slots, layout

    def array(self, slot: int, number: int) -> NDArray[Any]:
        """Return one array of a slot, by its place in the layout; it is the memory itself."""
        array: NDArray[Any] = self._blocks[number][slot]
        return array

    def arrays(self, slots: slice, number: int) -> NDArray[Any]:
        """Return one array of evenly spaced slots, (count, *shape); it is the memory itself."""
        return self._blocks[number][slots]

    def text(self, slot: int, length: int) -> bytes:
        """Return the first bytes of a slot's text."""
        return self._texts[slot, :length].tobytes()

    def set_text(self, slot: int, text: bytes) -> bool:
        """Write a slot's text; return whether it had room."""
        if len(text) > self.layout.text_bytes:
            return False
        self._texts[slot, : len(text)] = np.frombuffer(text, np.uint8)
        return True


def create_ring(layout: FrameLayout, slots: int) -> Ring:
    """Return a ring with memory of its own.

    As many slots as 256 MiB hold are in place at once; the others take memory when they are first
    filled, so a ring may have more than will be needed.

    Raises:
        OSError: there is not as much memory, or no temporary file can be made.
    """
    size = _block_starts(layout, slots)[-1]
    descriptor, path = _new_file()
    os.ftruncate(descriptor, size)
    if hasattr(os, "posix_fallocate"):
        for start, length in _in_place(layout, slots):
            os.posix_fallocate(descriptor, start, length)
    memory = _mapped(descriptor, layout, slots)
    header = _header(secrets.token_hex(_TOKEN_BYTES), slots)
    memory[: len(header)] = header
    return _Owned(layout, slots, memory, path, descriptor)


def open_ring(layout: FrameLayout, address: RingAddress) -> Ring:
    """Map a ring that another process of this machine owns.

    Raises:
        OSError: it cannot be opened from here.
        ValueError: what lies there is another.
    """
    size = _block_starts(layout, address.slots)[-1]
    flags = os.O_RDWR | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(address.path, flags)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size != size:
            raise ValueError(f"{address.path}: no ring of {size} bytes")
        # looked at before it is mapped, which takes memory for all of it
        header = _header(address.token, address.slots)
        if os.read(descriptor, len(header)) != header:
            raise ValueError(f"{address.path}: the ring of another stream")
        memory = _mapped(descriptor, layout, address.slots)
    finally:
        os.close(descriptor)
    return Ring(layout, address.slots, memory, address.path)


class _Owned(Ring):
    """A ring whose file goes with this object."""

    def __init__(
        self, layout: FrameLayout, slots: int, memory: mmap.mmap, path: str, descriptor: int
    ) -> None:
        super().__init__(layout, slots, memory, path)
        self._descriptor = descriptor

    def __del__(self) -> None:
        os.close(self._descriptor)
        if sys.platform != "linux":
            os.unlink(self._path)


def _new_file() -> tuple[int, str]:
    if sys.platform != "linux":
        return tempfile.mkstemp(prefix="synth-ring-")
    descriptor = os.memfd_create("synth-ring")
    return descriptor, f"/proc/{os.getpid()}/fd/{descriptor}"


def _header(token: str, slots: int) -> bytes:
    return _MAGIC + bytes.fromhex(token) + slots.to_bytes(_WORD_BYTES, "little")


def _mapped(descriptor: int, layout: FrameLayout, slots: int) -> mmap.mmap:
    """Map a ring's memory; pages in place at once where that can be had, as a fault for each costs
    0.2 µs a KiB.
    """
    memory = mmap.mmap(descriptor, _block_starts(layout, slots)[-1])
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # older than Linux 5.14
            for start, length in _in_place(layout, slots):
                memory.madvise(_POPULATE_WRITE, start, length)
    return memory


def _in_place(layout: FrameLayout, slots: int) -> Iterator[tuple[int, int]]:
    """Yield first byte and length of what is to be in place at once, block by block."""
    placed = max(1, min(slots, _PLACED_BYTES // layout.slot_bytes))
    yield 0, _PAGE + _WORDS * _WORD_BYTES * slots
    sizes = [*(field.size for field in layout.arrays), layout.text_bytes]
    for start, size in zip(_block_starts(layout, slots)[:-1], sizes, strict=True):
        if size:
            yield start, size * placed


def _block_starts(layout: FrameLayout, slots: int) -> list[int]:
    """Return the first byte of each array's block, of the texts' block, and of what lies behind."""
    sizes = [_PAGE + _WORDS * _WORD_BYTES * slots]
    sizes += [field.size * slots for field in layout.arrays]
    sizes += [layout.text_bytes * slots]
    return list(itertools.accumulate(-(-size // _PAGE) * _PAGE for size in sizes))


def _block(memory: mmap.mmap, start: int, dtype: str, shape: tuple[int, ...]) -> NDArray[Any]:
    return np.frombuffer(memory, dtype, prod(shape), start).reshape(shape)
