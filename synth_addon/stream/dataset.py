"""A stream as a dataset of PyTorch."""

from __future__ import annotations

import itertools
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from torch.utils.data import IterableDataset, get_worker_info
from torch.utils.data._utils.collate import default_collate_fn_map

from .collation import collate
from .delivered import Delivered
from .frames import StreamBatch, StreamFrame, tensor
from .reading import Reading, counts_of
from .stream import Stream, connect


class StreamDataset(IterableDataset[Any]):
    """Frames of a stream, for a ``DataLoader`` with any number of workers.

    Each frame comes once, to whichever worker asks first; those that a loader has fetched ahead and
    nobody has looked at when an epoch is left come in a later one.

    Args:
        stream: a `Stream`, or the address of one.
        batch_size: let each item be a batch, which needs no copying:
            ``DataLoader(StreamDataset(stream, batch_size=8), batch_size=None, num_workers=2)``.
            Without it, items are frames, which a loader puts together by itself, as `collate` does.
        frames: how many frames an epoch has, whatever the number of workers; None for as many as
            there are.
        transform: applied to each item, in the worker.
    """

    def __init__(
        self,
        stream: Stream | str,
        batch_size: int | None = None,
        frames: int | None = None,
        transform: Callable[[StreamBatch], Any] | None = None,
    ) -> None:
        for name, value in (("batch_size", batch_size), ("frames", frames)):
            if value is not None and value < 1:
                raise ValueError(f"{name} {value}: must be at least 1")
        self.stream = connect(stream) if isinstance(stream, str) else stream
        self.batch_size, self.frames, self.transform = batch_size, frames, transform
        self._name = uuid.uuid4().hex
        self._iterations = itertools.count(1)

    def __iter__(self) -> Iterator[Any]:
        worker = get_worker_info()
        part, parts = (worker.id, worker.num_workers) if worker else (0, 1)
        # all workers of an epoch have one base seed; persistent ones begin several iterations
        epoch = f"{worker.seed - worker.id if worker else 0}:{next(self._iterations)}"
        process = os.getppid() if worker else os.getpid()
        reading = Reading(
            self.stream.address,
            f"{process}:{self._name}",
            epoch,
            counts_of(self.frames, self.batch_size or 1, part, parts),
            tensor,
            is_passed_on=worker is not None,
        )
        batches = reading.batches(StreamFrame if self.batch_size is None else StreamBatch)
        if self.transform is None:
            return batches
        # frames are put together in the worker, by functions that expect the values themselves
        if worker is None or self.batch_size is None:
            return map(self.transform, batches)
        return self._delivered(batches, self.transform)

    @staticmethod
    def _delivered(
        batches: Iterator[StreamBatch], transform: Callable[[StreamBatch], Any]
    ) -> Iterator[Delivered]:
        for batch in batches:
            yield Delivered(transform(batch), batch)


def _collated(frames: Sequence[StreamFrame], **_: Any) -> StreamBatch:
    return collate(frames)


# where PyTorch looks for how a loader without a collate_fn puts items of a type together
default_collate_fn_map[StreamFrame] = _collated
