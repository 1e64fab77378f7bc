"""What is said of one frame on its way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np


class FrameRow(NamedTuple):
    """A frame in a slot, as messages carry it.

    Attributes:
        slot, filling: where its arrays are.
        is_lent: 1 if the slot waits until the reader has released it, 0 if the reader has to copy
            it and release it at once.
        frame, scene, view: its numbers; frame = scene × views per scene + view.
        version: of the recipe that made it; 0 is the recipe as it was loaded.
        seed: the recipe's.
        text_bytes: length of its annotation; one longer than the slot's room is sent beside it.
    """

    slot: int
    filling: int
    is_lent: int
    frame: int
    scene: int
    view: int
    version: int
    seed: int
    text_bytes: int


def packed_rows(rows: Sequence[FrameRow]) -> bytes:
    """Return rows in few bytes, which are quickly made; `unpacked_rows` reads them."""
    return np.array(rows, np.int64).tobytes()


def unpacked_rows(packed: bytes) -> tuple[FrameRow, ...]:
    """Return the rows that `packed_rows` was given."""
    values = np.frombuffer(packed, np.int64).reshape(-1, len(FrameRow._fields))
    return tuple(map(FrameRow._make, values.tolist()))


def runs_of(rows: Sequence[FrameRow]) -> Iterator[tuple[int, int]]:
    """Yield where frames in neighbouring slots begin and end among the rows, as (first, behind).

    Each array of such frames lies without a gap, and is sent as one part of a message.
    """
    first = 0
    for place in range(1, len(rows) + 1):
        if place == len(rows) or rows[place].slot != rows[place - 1].slot + 1:
            yield first, place
            first = place
