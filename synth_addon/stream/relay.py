"""Shared memory for frames that have come by a socket, on their way to another process.

A loader's worker on another machine than the stream receives frames for its trainer. It puts them
into slots of a ring of its own, which it fills again as soon as the trainer needs them no more:
memory that is new for each batch would cost more than the copy.
"""

from __future__ import annotations

import numpy as np

from .frame_layout import FrameLayout
from .lease import RelayedLease
from .ring import Ring, create_ring

_BATCHES, _FRAMES = 6, 64
"""What there is room for, whichever is more, as far as it fits into the bytes."""
_MOST_BYTES = 512 << 20
_RELAYS: dict[tuple[FrameLayout, int], Relay | None] = {}
"""Of this process; they stay: the trainer may open them late, and later epochs use them again."""


class Relay:
    """Room for some batches of so many frames."""

    def __init__(self, layout: FrameLayout, batch: int, batches: int) -> None:
        self.ring: Ring = create_ring(layout, batches * batch)
        self._batch = batch
        self._fillings = np.uint64(0)

    def take(self, count: int) -> RelayedLease | None:
        """Return a lease on slots for a batch, to be passed on; None while there are none."""
        for first in range(0, self.ring.slots, self._batch):
            slots = slice(first, first + count)
            if (self.ring.granted[slots] == self.ring.released[slots]).all():
                self._fillings += np.uint64(1)
                self.ring.granted[slots] = self._fillings
                fillings = [(slot, int(self._fillings)) for slot in range(first, first + count)]
                return RelayedLease(self.ring, fillings, is_passed_on=True)
        return None


def relay_for(layout: FrameLayout, batch: int) -> Relay | None:
    """Return this process' relay for batches of so many frames; None where they are too large."""
    if (layout, batch) not in _RELAYS:
        batches = max(_BATCHES, _FRAMES // batch)
        batches = min(batches, _MOST_BYTES // (batch * layout.slot_bytes))
        _RELAYS[layout, batch] = Relay(layout, batch, batches) if batches > 1 else None
    return _RELAYS[layout, batch]
