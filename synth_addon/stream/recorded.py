"""A dataset on disk in the form of a stream: what trains from one trains from the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch.utils.data import IterableDataset, get_worker_info

from ..core.errors import DatasetError, UsageError
from ..core.random_streams import random_stream

if TYPE_CHECKING:
    from ..core.annotation import FrameAnnotation

Channel = Literal[
    "image", "depth", "normals", "instances", "coverage", "nocs", "semantic", "albedo"
]
CHANNELS: tuple[Channel, ...] = (
    "image", "depth", "normals", "instances", "coverage", "nocs", "semantic", "albedo",
)  # fmt: skip
RECORDED_VERSION = 0
"""Nothing turns the knobs of a dataset: all its frames are of one version."""


class RecordedDataset(IterableDataset[dict[str, Any]]):
    """Frames of the scenes that were finished when this was made, alone or in batches.

    The order is the same for any number of DataLoader workers: worker w of n makes every nth item
    from the wth on, and DataLoader takes one of each in turn. Use it with ``batch_size=None``.
    """

    def __init__(
        self,
        directory: Path | str,
        batch_size: int | None = None,
        *,
        channels: Sequence[Channel] = ("image",),
        shuffle_seed: int | None = None,
        epochs: int | None = 1,
    ) -> None:
        """Open the dataset.

        Args:
            directory: finished or not, even while a run adds to it.
            batch_size: frames in an item; without it, items are frames. The last batch of an
                epoch may hold fewer.
            channels: what is read beside the annotations; all of them are tensors.
            shuffle_seed: draws an order for each epoch; without it, frames come by number.
            epochs: how often every frame comes; None for ever.

        Raises:
            UsageError: an argument cannot be used.
            DatasetError: it is no dataset, is damaged, or holds no finished scene.
        """
        from ..core.dataset.reading import open_dataset

        super().__init__()
        _check(batch_size, channels, epochs)
        self._dataset = open_dataset(Path(directory))
        self._numbers = self._dataset.frame_numbers()
        if not self._numbers:
            raise DatasetError(f"{directory}: holds no finished scene. Run `synth generate` first.")
        self._batch_size = batch_size
        self._channels = tuple(channels)
        self._shuffle_seed = shuffle_seed
        self._epochs = epochs

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield this worker's share of the items."""
        worker = get_worker_info()
        first, step = (worker.id, worker.num_workers) if worker else (0, 1)
        for numbers in islice(self._items(), first, None, step):
            frames = [self._frame(number) for number in numbers]
            yield frames[0] if self._batch_size is None else _joined(frames)

    def _items(self) -> Iterator[list[int]]:
        size = self._batch_size or 1
        for epoch in count() if self._epochs is None else range(self._epochs):
            order = self._order(epoch)
            for start in range(0, len(order), size):
                yield order[start : start + size]

    def _order(self, epoch: int) -> list[int]:
        if self._shuffle_seed is None:
            return self._numbers
        stream = random_stream(self._shuffle_seed, epoch, "order of recorded frames")
        return [self._numbers[place] for place in stream.permutation(len(self._numbers))]

    def _frame(self, number: int) -> dict[str, Any]:
        arrays = {name: getattr(self._dataset, name)(number) for name in self._channels}
        return {
            **{name: torch.tensor(array) for name, array in arrays.items()},
            **_record(self._dataset.annotation(number)),
            "version": RECORDED_VERSION,
        }


def _check(batch_size: int | None, channels: Sequence[str], epochs: int | None) -> None:
    if batch_size is not None and batch_size < 1:
        raise UsageError(f"batch_size is {batch_size}. Give 1 or more, or None for single frames.")
    if epochs is not None and epochs < 1:
        raise UsageError(f"epochs is {epochs}. Give 1 or more, or None for ever.")
    if unknown := [name for name in channels if name not in CHANNELS]:
        raise UsageError(f"channels: {unknown[0]!r} is none. Choose from {', '.join(CHANNELS)}.")


def _record(annotation: FrameAnnotation) -> dict[str, Any]:
    numbers = {name: getattr(annotation, name) for name in ("frame", "scene", "view", "seed")}
    return {"annotation": annotation.model_dump(mode="json"), **numbers}


def _joined(frames: Sequence[dict[str, Any]]) -> dict[str, Any]:
    columns = {key: [frame[key] for frame in frames] for key in frames[0]}
    return {
        key: torch.stack(column) if isinstance(column[0], torch.Tensor) else column
        for key, column in columns.items()
    }
