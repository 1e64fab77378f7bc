"""One iteration over a stream."""

from __future__ import annotations

import itertools
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .address import StreamAddress
from .buffers import Buffers
from .claims import Claimed, RemoteClaim, no_claim
from .connection import Connection
from .copied_frames import CopiedFrames
from .errors import StreamError, WireError
from .frame_layout import ArrayField
from .frame_row import FrameRow, runs_of
from .frames import Content, StreamBatch
from .lease import Filling, Lease
from .lent_frames import LentFrames
from .pace import Pace
from .relay import relay_for
from .ring import Ring

_PART_OF_SLOTS = 4
"""One in so many slots of the stream is for frames that one reader waits for."""


@dataclass
class _Arrived:
    """A batch that has come.

    Attributes:
        number: of its request.
        copied: fillings of the slots that it was copied from, if the stream is to be told once
            they are used.
    """

    number: int
    batch: StreamBatch
    copied: Sequence[Filling] | None = None


class Reading:
    """Batches of one iteration.

    Args:
        trainer: process and dataset that the frames are for; `epoch` numbers its iterations.
        counts: how many frames each batch is to have.
        converted: makes of each array what the reader gets.
        is_passed_on: whether another process will use the frames; they are then not counted as
            used here.
    """

    def __init__(
        self,
        address: StreamAddress,
        trainer: str,
        epoch: str,
        counts: Iterator[int],
        converted: Callable[[Any], Any],
        *,
        is_passed_on: bool = False,
    ) -> None:
        self._trainer, self._counts, self._converted = trainer, counts, converted
        self._is_passed_on = is_passed_on
        self._connection = Connection(address, trainer, epoch)
        self._asked: dict[int, int] = {}
        self._here: deque[_Arrived] = deque()
        self._pace = Pace()
        self._passed = 0
        self._buffers = Buffers()
        self._process = os.getpid()

    def batches(self, kind: type[StreamBatch] = StreamBatch) -> Iterator[StreamBatch]:
        """Yield batches until there are no more; some are on their way while one is used.

        Raises:
            StreamError: the stream is gone, or does not follow the protocol.
        """
        try:
            self._ask()
            while self._asked or self._here:
                if not self._here:
                    self._receive(kind)
                self._ask()
                if not self._here:
                    continue
                arrived = self._here.popleft()
                if not self._claim(arrived, kind):
                    self._connection.ask(self._new_requests([arrived.batch.count]))
                    continue
                self._passed = max(self._passed, arrived.number)
                self._pace.tick()
                yield arrived.batch
                del arrived
        finally:
            self._leave()

    def _receive(self, kind: type[StreamBatch]) -> None:
        """Take batches in that have come; those that went to others are asked for anew."""
        try:
            for number, rows in self._connection.frames(self._asked):
                self._take(number, rows, kind)
        except WireError as error:
            url = self._connection.address.url
            raise StreamError(f"{url}: does not speak as a stream: {error}") from error

    def _take(self, number: int, rows: list[FrameRow] | None, kind: type[StreamBatch]) -> None:
        count = self._asked.pop(number)
        if rows is None:
            self._counts = iter(())
        elif not rows:
            self._connection.ask(self._new_requests([count]))
        else:
            self._here.append(self._arrived(number, count, rows, kind))
        # answers come in order, so what was asked for earlier is lost
        earlier = {other: count for other, count in self._asked.items() if other < number}
        if earlier:
            self._connection.ask(earlier)

    def _claim(self, arrived: _Arrived, kind: type[StreamBatch]) -> bool:
        """Count frames as used, unless another process is to do so.

        Returns:
            whether they are this reader's yet.
        """
        if arrived.copied is None:
            if not self._is_passed_on:
                arrived.batch.claim()
            return True
        claim = self._connection.ask_claim(self._trainer, arrived.copied)
        while (is_mine := self._connection.verdict(claim)) is None:
            self._receive(kind)  # what comes meanwhile
        return is_mine

    def _ask(self) -> None:
        """Ask for more once half of what is to be under way has come."""
        under_way = len(self._asked) + len(self._here)
        if under_way > self._pace.under_way // 2:
            return
        counts = list(itertools.islice(self._counts, self._pace.under_way - under_way))
        slots = self._connection.welcome.slots
        for count in counts:
            if count > slots:
                raise StreamError(
                    f"batches of {count} frames: the stream holds {slots} at most. "
                    f"Start it with --queue {count}"
                )
        if counts:
            self._pace.most = slots // (_PART_OF_SLOTS * counts[0])
            self._connection.ask(self._new_requests(counts))

    def _new_requests(self, counts: Sequence[int]) -> dict[int, int]:
        requests = {self._connection.number(): count for count in counts}
        self._asked.update(requests)
        return requests

    def _arrived(
        self, number: int, count: int, rows: Sequence[FrameRow], kind: type[StreamBatch]
    ) -> _Arrived:
        fillings = tuple((row.slot, row.filling) for row in rows)
        copied = None
        if self._connection.ring is not None:
            content: Content = self._lent(self._connection.ring, fillings, rows)
        elif self._is_passed_on and all(row.is_lent for row in rows):
            claim = RemoteClaim(self._connection.address, self._trainer, fillings)
            content = self._relayed(count, rows, claim)
        else:
            content, copied = self._received(rows, no_claim), fillings
        return _Arrived(number, kind(content, rows, self._converted), copied)

    def _lent(self, ring: Ring, fillings: Sequence[Filling], rows: Sequence[FrameRow]) -> Content:
        lease = Lease(ring, fillings, is_passed_on=self._is_passed_on)
        room = ring.layout.text_bytes
        texts = {
            place: self._connection.part()
            for place, row in enumerate(rows)
            if row.text_bytes > room
        }
        content = LentFrames(lease, rows, texts)
        return content if all(row.is_lent for row in rows) else self._copied(lease, content)

    def _copied(self, lease: Lease, content: LentFrames) -> CopiedFrames:
        """Copy frames whose slots the stream needs, and give these back."""
        slots = [slot for slot, _ in lease.fillings]
        arrays = []
        for number, field in enumerate(content.layout.arrays):
            copy = self._buffers.take((len(slots), *field.shape), field.dtype)
            for place, slot in enumerate(slots):
                copy[place] = lease.ring.array(slot, number)
            arrays.append(copy)
        copied = CopiedFrames(content.layout, arrays, content.texts())
        lease.claim()
        lease.release()
        return copied

    def _received(self, rows: Sequence[FrameRow], claimed: Claimed) -> CopiedFrames:
        """Read the parts of a message: all texts in one, then of each array all runs of slots."""
        layout = self._connection.welcome.layout
        texts = self._received_texts(rows)
        runs = list(runs_of(rows))
        arrays = [self._received_array(field, len(rows), runs) for field in layout.arrays]
        return CopiedFrames(layout, arrays, texts, claimed)

    def _relayed(self, count: int, rows: Sequence[FrameRow], claimed: Claimed) -> Content:
        """Read the same into memory that another process of this machine shares."""
        layout = self._connection.welcome.layout
        relay = relay_for(layout, count)
        lease = relay.take(len(rows)) if relay is not None else None
        if lease is None:
            return self._received(rows, claimed)
        texts = dict(enumerate(self._received_texts(rows)))
        first, runs = lease.fillings[0][0], list(runs_of(rows))
        for number in range(len(layout.arrays)):
            for begin, end in runs:
                part = lease.ring.arrays(slice(first + begin, first + end), number)
                self._connection.part_into(part.data.cast("B"))
        return LentFrames(lease, rows, texts, claimed)

    def _received_texts(self, rows: Sequence[FrameRow]) -> list[bytes]:
        text = self._connection.part_of(sum(row.text_bytes for row in rows))
        ends = itertools.accumulate(row.text_bytes for row in rows)
        return [
            bytes(text[end - row.text_bytes : end]) for row, end in zip(rows, ends, strict=True)
        ]

    def _received_array(
        self, field: ArrayField, count: int, runs: Sequence[Filling]
    ) -> NDArray[Any]:
        """Read one array of all frames, (count, *shape); one run is used as it has come."""
        if len(runs) == 1:
            buffer = self._connection.part_of(count * field.size)
            return np.frombuffer(buffer, field.dtype).reshape(count, *field.shape)
        array = self._buffers.take((count, *field.shape), field.dtype)
        for first, end in runs:
            self._connection.part_into(array[first:end].data.cast("B"))
        return array

    def _leave(self) -> None:
        if os.getpid() != self._process:
            return  # a fork's copy of the iteration; its sockets are the parent's
        numbers = [*self._asked, *(arrived.number for arrived in self._here)]
        self._here.clear()
        self._connection.bye(self._passed, [n for n in numbers if n < self._passed])


def counts_of(frames: int | None, batch_size: int, part: int, parts: int) -> Iterator[int]:
    """Yield the sizes of the batches that one of several processes reads.

    Batches are dealt out in turn, so that all together have exactly the frames asked for and none
    but the last is short.

    Args:
        frames: of all parts together; None for no end.
        part: from 0.
    """
    if frames is None:
        yield from itertools.repeat(batch_size)
        return
    for first in range(part * batch_size, frames, parts * batch_size):
        yield min(batch_size, frames - first)
