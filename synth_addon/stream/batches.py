"""Batches taken apart into frames, and frames put together into batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Protocol

import numpy as np


class Frame(Protocol):
    """Values by name: ``image`` (H, W, 3), ``annotation``, and the numbers of one frame.

    A dict is one, and so is what a stream gives.
    """

    def __getitem__(self, name: str, /) -> Any: ...

    def __iter__(self) -> Iterator[str]: ...


class Batch(Frame, Protocol):
    """The same names, each with one value for every frame; ``image`` is (B, H, W, 3)."""


def frames_of(batch: Batch) -> list[dict[str, Any]]:
    """Return the frames of a batch; their arrays share its memory.

    Raises:
        ValueError: the values of some keys are not as many as those of others.
    """
    columns = {key: batch[key] for key in batch}
    sizes = {key: len(values) for key, values in columns.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError(f"a batch has one value of each kind for every frame, not {sizes}")
    size = next(iter(sizes.values()), 0)
    return [{key: values[place] for key, values in columns.items()} for place in range(size)]


def batch_of(frames: Sequence[Frame]) -> dict[str, Any]:
    """Return the batch of some frames: arrays and tensors stacked, all else in lists.

    Raises:
        ValueError: the frames have different keys, or arrays of different shapes.
    """
    keys = list(frames[0]) if frames else []
    if any(set(frame) != set(keys) for frame in frames):
        raise ValueError("the frames of a batch have the same keys")
    return {key: _stacked([frame[key] for frame in frames]) for key in keys}


def in_batches(frames: Iterable[Frame], size: int) -> Iterator[dict[str, Any]]:
    """Yield batches of `size` frames; the last one may be smaller.

    Raises:
        ValueError: `size` is not positive, or frames do not go together.
    """
    if size < 1:
        raise ValueError(f"needs batches of at least 1 frame, not {size}")
    left = iter(frames)
    while group := list(islice(left, size)):
        yield batch_of(group)


def _stacked(values: list[Any]) -> Any:
    first = values[0]
    if isinstance(first, np.ndarray):
        return np.stack(values)
    if hasattr(first, "new_empty"):
        import torch

        return torch.stack(values)
    return values
