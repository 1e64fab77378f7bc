"""One iteration over a stream."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .address import StreamAddress
from .buffers import Buffers
from .claims import RemoteClaim
from .connection import Connection
from .copied_frames import CopiedFrames
from .errors import StreamError, WireError
from .frame_layout import ArrayField
from .frame_row import FrameRow, runs_of
from .frames import StreamBatch
from .lease import Lease
from .lent_frames import LentFrames

_AHEAD = 1
"""Requests under way while a batch is being used."""


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
        self._numbers = itertools.count(1)
        self._asked: dict[int, int] = {}
        self._passed = 0
        self._buffers = Buffers()
        self._process = os.getpid()

    def batches(self, kind: type[StreamBatch] = StreamBatch) -> Iterator[StreamBatch]:
        """Yield batches until there are no more; one is on its way while another is used.

        Raises:
            StreamError: the stream is gone, or does not follow the protocol.
        """
        try:
            self._ask()
            while self._asked:
                number, batch = self._next(kind)
                self._ask()
                if batch is None:
                    continue
                if not self._is_passed_on:
                    batch.claim()
                self._passed = max(self._passed, number)
                yield batch
                del batch
        finally:
            self._leave()

    def _next(self, kind: type[StreamBatch]) -> tuple[int, StreamBatch | None]:
        """Return the batch that comes next, and the number of its request.

        None stands for frames that went to others, which are asked for anew, or will not come.
        """
        try:
            number, rows = self._connection.frames(self._asked)
            batch = self._batch(rows, kind) if rows else None
        except WireError as error:
            url = self._connection.address.url
            raise StreamError(f"{url}: does not speak as a stream: {error}") from error
        count = self._asked.pop(number)
        if rows is None:
            self._counts = iter(())
        elif batch is None:
            self._ask_for(count)
        for earlier in [other for other in self._asked if other < number]:
            # answers come in order, so this one is lost
            self._connection.ask(earlier, self._asked[earlier])
        return number, batch

    def _ask(self) -> None:
        while len(self._asked) < 1 + _AHEAD and (count := next(self._counts, 0)):
            if count > self._connection.welcome.slots:
                raise StreamError(
                    f"batches of {count} frames: the stream holds {self._connection.welcome.slots} "
                    f"at most. Start it with --queue {count}"
                )
            self._ask_for(count)

    def _ask_for(self, count: int) -> None:
        number = next(self._numbers)
        self._asked[number] = count
        self._connection.ask(number, count)

    def _batch(self, rows: Sequence[FrameRow], kind: type[StreamBatch]) -> StreamBatch | None:
        if self._connection.ring is None:
            received = self._received(rows)
            return kind(received, rows, self._converted) if received is not None else None
        fillings = [(row.slot, row.filling) for row in rows]
        lease = Lease(self._connection.ring, fillings, is_passed_on=self._is_passed_on)
        room = lease.ring.layout.text_bytes
        texts = {
            place: self._connection.part()
            for place, row in enumerate(rows)
            if row.text_bytes > room
        }
        content = LentFrames(lease, rows, texts)
        if all(row.is_lent for row in rows):
            return kind(content, rows, self._converted)
        return kind(self._copied(lease, content), rows, self._converted)

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

    def _received(self, rows: Sequence[FrameRow]) -> CopiedFrames | None:
        """Read the parts of a message: all texts, then of each array all runs of slots.

        None stands for frames that others have.
        """
        texts = [self._connection.part() for _ in rows]
        runs = list(runs_of(rows))
        arrays = [
            self._received_array(field, len(rows), runs)
            for field in self._connection.welcome.layout.arrays
        ]
        fillings = tuple((row.slot, row.filling) for row in rows)
        claim = RemoteClaim(self._connection.address, self._trainer, fillings)
        layout = self._connection.welcome.layout
        if self._is_passed_on and all(row.is_lent for row in rows):
            return CopiedFrames(layout, arrays, texts, claim)
        if not claim.is_heard():
            return None
        return CopiedFrames(layout, arrays, texts)

    def _received_array(
        self, field: ArrayField, count: int, runs: Sequence[tuple[int, int]]
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
        missed = [number for number in self._asked if number < self._passed]
        self._connection.bye(self._passed, missed)


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
