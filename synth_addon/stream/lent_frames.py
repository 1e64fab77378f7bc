"""Frames in slots of the ring, read where they are."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from .claims import Claimed, Claims, no_claim
from .errors import StreamError
from .frame_layout import FrameLayout, layout_from_json
from .frame_row import FrameRow, packed_rows, unpacked_rows
from .lease import Filling, Lease, RelayedLease
from .ring import Reference, Ring, RingAddress, open_ring

_OPEN: dict[Reference, Ring] = {}
"""Rings that this process has mapped for batches that other processes have passed on to it."""

State = tuple[Reference, Sequence[Filling] | None, Mapping[int, bytes], Claimed]


class LentFrames:
    """Content of a batch whose slots are held by a lease.

    Args:
        texts: annotations that are not in their slots, by the place of their frame.
        claimed: tells a stream elsewhere that the frames are used.
    """

    def __init__(
        self,
        lease: Lease,
        rows: Sequence[FrameRow],
        texts: Mapping[int, bytes],
        claimed: Claimed = no_claim,
    ) -> None:
        self.layout: FrameLayout = lease.ring.layout
        self._lease, self._rows, self._texts = lease, tuple(rows), dict(texts)
        self._claimed = claimed

    def claim(self) -> None:
        """Count the frames as used."""
        claimed, self._claimed = self._claimed, no_claim
        claimed()
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
        return self._lease.ring.reference == other._lease.ring.reference

    def joined(self, others: Sequence[LentFrames]) -> LentFrames:
        """Return these frames and those of others as one content, which then holds them."""
        parts = (self, *others)
        texts: dict[int, bytes] = {}
        rows: list[FrameRow] = []
        for part in parts:
            texts |= {len(rows) + place: text for place, text in part._texts.items()}
            rows += part._rows
        lease = self._lease.joined([other._lease for other in others])
        return LentFrames(lease, rows, texts, Claims(tuple(part._claimed for part in parts)))

    def passed_on(self) -> tuple[Callable[..., LentFrames], tuple[Any, ...]]:
        """Return what makes the same in another process of the machine, which then holds them."""
        self._lease.hand_over()
        return opened, self._state()

    def receipt(self) -> tuple[Callable[..., None], tuple[Any, ...]]:
        """Return what another process of the machine calls to count the frames as used there."""
        self._lease.hand_over()
        return claim_passed_on, (packed_rows(self._rows), *self._state())

    def _state(self) -> State:
        own = self._lease.fillings if isinstance(self._lease, RelayedLease) else None
        return self._lease.ring.reference, own, self._texts, self._claimed


def opened(
    rows: Sequence[FrameRow],
    ring: Reference,
    fillings: Sequence[Filling] | None,
    texts: Mapping[int, bytes],
    claimed: Claimed,
) -> LentFrames:
    """Return frames that another process has passed on.

    Args:
        fillings: where they are, if not where their rows say.
    """
    if ring not in _OPEN:
        for ended in [known for known in _OPEN if not os.path.exists(known[0])]:
            del _OPEN[ended]
        _OPEN[ring] = _opened(*ring)
    if fillings is None:
        lease = Lease(_OPEN[ring], [(row.slot, row.filling) for row in rows])
        lease.hold()
    else:
        lease = RelayedLease(_OPEN[ring], fillings)
    return LentFrames(lease, rows, texts, claimed)


def _opened(path: str, token: str, slots: int, layout: str) -> Ring:
    try:
        return open_ring(layout_from_json(json.loads(layout)), RingAddress(path, token, slots))
    except (OSError, ValueError) as error:
        raise StreamError(f"the stream of these frames has ended: {error}") from error


def claim_passed_on(packed: bytes, *state: Any) -> None:
    """Count frames as used, and give their slots back."""
    opened(unpacked_rows(packed), *state).claim()
