"""Labels as the maps that the network is to give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from .labels import Labels

STRIDE = 4
"""Pixels of the picture per cell of the maps."""
LEAST_OVERLAP = 0.5
"""Intersection over union that a box keeps whose center is off by the radius of its peak."""


@dataclass(frozen=True)
class Targets:
    """What the network is to give for a batch of B pictures of C classes, in maps of h x w cells.

    Attributes:
        heat: (B, C, h, w), 1 in the cell of an object's center, falling as a Gaussian around it.
        size: (B, 2, h, w), width and height in cells where an object's center is.
        offset: (B, 2, h, w), from the upper left corner of its cell to the center, in cells.
        is_center: (B, h, w), whether an object's center is there.
    """

    heat: torch.Tensor
    size: torch.Tensor
    offset: torch.Tensor
    is_center: torch.Tensor


def targets_of(labels: Sequence[Labels], classes: int, width: int, height: int) -> Targets:
    """Return the maps for a batch.

    Args:
        labels: of each picture.
        classes: how many there are.
        width, height: of the pictures in pixels.
    """
    across, down = -(-width // STRIDE), -(-height // STRIDE)
    targets = Targets(
        heat=torch.zeros(len(labels), classes, down, across),
        size=torch.zeros(len(labels), 2, down, across),
        offset=torch.zeros(len(labels), 2, down, across),
        is_center=torch.zeros(len(labels), down, across, dtype=torch.bool),
    )
    for picture, found in enumerate(labels):
        for box, kind in zip(found.boxes / STRIDE, found.classes.tolist(), strict=True):
            _mark(targets, picture, kind, box)
    return targets


def peak_radius(width: float, height: float, least_overlap: float = LEAST_OVERLAP) -> float:
    """Return how far a box can move along both axes and still overlap its old place enough.

    The smaller root of (w - r)(h - r) = 2 o / (1 + o) w h, for an intersection over union of o.
    """
    total = width + height
    lost = (1 - least_overlap) / (1 + least_overlap)
    return (total - math.sqrt(total**2 - 4 * width * height * lost)) / 2


def _mark(targets: Targets, picture: int, kind: int, box: torch.Tensor) -> None:
    center = box[:2] + box[2:] / 2
    column, row = (int(value) for value in center)
    heat = targets.heat[picture, kind]
    torch.maximum(heat, _peak(heat.shape, column, row, box), out=heat)
    targets.size[picture, :, row, column] = box[2:]
    targets.offset[picture, :, row, column] = center - torch.tensor([column, row])
    targets.is_center[picture, row, column] = True


def _peak(shape: torch.Size, column: int, row: int, box: torch.Tensor) -> torch.Tensor:
    # three standard deviations reach over the radius and the cell itself, as in CenterNet
    deviation = (2 * peak_radius(float(box[2]), float(box[3])) + 1) / 6
    rows, columns = (torch.arange(length, dtype=torch.float32) for length in shape)
    squared = (rows - row)[:, None] ** 2 + (columns - column)[None] ** 2
    return torch.exp(-squared / (2 * deviation**2))
