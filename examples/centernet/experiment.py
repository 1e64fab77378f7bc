"""Trains a detector and measures it on a dataset that it has not seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.utils.data import DataLoader

from synth_addon.core.dataset.reading import Dataset
from synth_addon.stream.recorded import RecordedDataset

from .evaluation import Found, Precision, detect, precision
from .model import CenterNet
from .training import Batch, train

EVALUATION_BATCH = 16


@dataclass(frozen=True)
class Budget:
    """What a training may take.

    Attributes:
        steps: of the optimizer, a batch each.
        batch_size: frames in a batch.
        seed: of weights, augmentation and the order of recorded frames.
        threads: that torch computes with; another number may give other weights.
    """

    steps: int
    batch_size: int
    seed: int
    threads: int


@dataclass(frozen=True)
class Outcome:
    """What came of a training.

    Attributes:
        seconds: that training took.
        cpu_seconds: that all its threads took together; others on the machine add nothing.
        found: in each held-out frame.
        precision: of each class and of all, by name.
    """

    seconds: float
    cpu_seconds: float
    found: Found
    precision: dict[str, Precision]


def conduct(
    budget: Budget,
    batches: Iterable[Batch],
    held_out: Dataset,
    report: Callable[[int, float], None],
) -> Outcome:
    """Train on the batches and measure on every frame of the held-out dataset."""
    classes = [category.name for category in held_out.info.categories]
    with _repeatable(budget):
        model = CenterNet(len(classes))
        start, cpu_start = time.perf_counter(), time.process_time()
        train(model, batches, budget.steps, budget.seed, report)
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
        found = detect(model, RecordedDataset(held_out.directory, EVALUATION_BATCH))
    return Outcome(seconds, cpu_seconds, found, precision(found, classes))


def recorded(directory: Path, budget: Budget) -> Iterable[Batch]:
    """Return batches of a dataset on disk, without end, in another order each time around."""
    frames = RecordedDataset(directory, budget.batch_size, shuffle_seed=budget.seed, epochs=None)
    return DataLoader(frames, batch_size=None)


@contextmanager
def _repeatable(budget: Budget) -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(budget.threads)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(budget.seed)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(False)
        torch.set_num_threads(threads)
