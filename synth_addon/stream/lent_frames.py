"""Frames in slots of the ring, read where they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from .errors import StreamError
from .frame_layout import FrameLayout, layout_from_json
from .frame_row import FrameRow
from .lease import Lease
from .ring import Ring, RingAddress, open_ring

_OPEN: dict[RingAddress, Ring] = {}
"""Rings that this process has mapped for batches that other processes have passed on to it."""


class LentFrames:
    """Content of a batch whose slots are held by a lease.

    Args:
        texts: annotations that had no room in their slots, by the place of their frame.
    """

    def __init__(self, lease: Lease, rows: Sequence[FrameRow], texts: Mapping[int, bytes]) -> None:
        self.layout: FrameLayout = lease.ring.layout
        self._lease, self._rows, self._texts = lease, tuple(rows), dict(texts)

    def claim(self) -> None:
        """Count the frames as used."""
        self._lease.claim()

    def array(self, number: int) -> NDArray[Any]:
        """Return one array of all frames, (N, *shape)."""
        return self._lease.array(number)

    def texts(self) -> Sequence[bytes]:
        """Return the annotations, one for each frame."""
        ring = self._lease.ring
        return [
            self._texts.get(place) or ring.text(row.slot, row.text_bytes)
            for place, row in enumerate(self._rows)
        ]

    def shares_ring(self, other: LentFrames) -> bool:
        """Tell whether both are in one ring."""
        return self._lease.ring.address == other._lease.ring.address

    def joined(self, others: Sequence[LentFrames]) -> LentFrames:
        """Return these frames and those of others as one content, which then holds them."""
        parts = (self, *others)
        texts: dict[int, bytes] = {}
        rows: list[FrameRow] = []
        for part in parts:
            texts |= {len(rows) + place: text for place, text in part._texts.items()}
            rows += part._rows
        lease = self._lease.joined([other._lease for other in others])
        return LentFrames(lease, rows, texts)

    def passed_on(self) -> tuple[Callable[..., LentFrames], tuple[Any, ...]]:
        """Return what makes the same in another process of the machine, which then holds them."""
        self._lease.hand_over()
        return opened, self._state()

    def receipt(self) -> tuple[Callable[..., None], tuple[Any, ...]]:
        """Return what another process of the machine calls to count the frames as used there."""
        self._lease.hand_over()
        return claimed, self._state()

    def _state(self) -> tuple[Any, ...]:
        ring = self._lease.ring
        return ring.layout.to_json(), ring.address, self._rows, self._texts


def opened(
    layout: Any, address: RingAddress, rows: Sequence[FrameRow], texts: Mapping[int, bytes]
) -> LentFrames:
    """Return frames that another process has passed on."""
    if address not in _OPEN:
        _OPEN.clear()  # of streams that have ended
        _OPEN[address] = _opened(layout_from_json(layout), address)
    lease = Lease(_OPEN[address], [(row.slot, row.filling) for row in rows])
    return LentFrames(lease, rows, texts)


def _opened(layout: FrameLayout, address: RingAddress) -> Ring:
    try:
        return open_ring(layout, address)
    except (OSError, ValueError) as error:
        raise StreamError(f"the stream of these frames has ended: {error}") from error


def claimed(*state: Any) -> None:
    """Count frames as used, and give their slots back."""
    opened(*state).claim()
