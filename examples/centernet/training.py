"""Training from any batches, from a disk or as they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

import torch

from .augmentation import augmented
from .labels import labels_of
from .losses import detection_loss
from .model import CenterNet
from .targets import targets_of

HIGHEST_RATE = 2e-3
WEIGHT_DECAY = 1e-3
MOST_GRADIENT = 20.0

Batch = Mapping[str, Any]


def train(
    model: CenterNet,
    batches: Iterable[Batch],
    steps: int,
    seed: int,
    report: Callable[[int, float], None],
) -> None:
    """Take `steps` steps, one a batch, or as many as there are batches.

    Args:
        batches: mappings with `image`, (B, H, W, 3) uint8, and `annotation`, B records of frames.
        seed: of the augmentation.
        report: is told the number of steps taken and the loss of the last one.
    """
    draws = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), HIGHEST_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, HIGHEST_RATE, total_steps=steps)
    model.train()
    for step, batch in enumerate(islice(batches, steps), 1):
        loss = _loss(model, batch, draws)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), MOST_GRADIENT)
        optimizer.step()
        schedule.step()
        report(step, loss.item())


def pictures_of(batch: Batch) -> torch.Tensor:
    """Return a batch's pictures as the network takes them, (B, 3, H, W) from 0 to 1."""
    pictures: torch.Tensor = batch["image"]
    return pictures.permute(0, 3, 1, 2).float() / 255


def _loss(model: CenterNet, batch: Batch, draws: torch.Generator) -> torch.Tensor:
    labels = [labels_of(annotation) for annotation in batch["annotation"]]
    pictures, labels = augmented(pictures_of(batch), labels, draws)
    height, width = pictures.shape[-2:]
    return detection_loss(model(pictures), targets_of(labels, model.classes, width, height))
