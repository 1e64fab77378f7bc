"""Batches from a live stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch.utils.data import DataLoader

from .training import Batch


@contextmanager
def streamed(
    source: str, batches: int, batch_size: int, instances: int, overrides: Sequence[str]
) -> Iterator[Iterable[Batch]]:
    """Give so many batches of the stream at an address, or of instances that make a recipe.

    Args:
        source: an address such as tcp://127.0.0.1:5555, or a recipe's file.
    """
    from synth_addon.stream import StreamDataset, launch

    def loader(stream: Any) -> Iterable[Batch]:
        frames = StreamDataset(stream, batch_size=batch_size, frames=batches * batch_size)
        return DataLoader(frames, batch_size=None)

    if is_address(source):
        yield loader(source)
        return
    with launch(Path(source), instances=instances, overrides=list(overrides)) as stream:
        yield loader(stream)


def is_address(source: str) -> bool:
    """Tell an address from the name of a recipe."""
    return "://" in source
