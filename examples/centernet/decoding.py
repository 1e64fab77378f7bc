"""The network's maps as boxes with scores."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - its name in the field

from .model import Maps
from .targets import STRIDE

MOST = 25
"""Detections of a picture, as in BlendTorch's experiment."""


@dataclass(frozen=True)
class Detections:
    """What was found in one picture, best first.

    Attributes:
        boxes: (N, 4) left, top, width and height in pixels.
        classes: (N) int64, category ids less one.
        scores: (N) from 0 to 1.
    """

    boxes: torch.Tensor
    classes: torch.Tensor
    scores: torch.Tensor


def detections_of(maps: Maps, most: int = MOST) -> list[Detections]:
    """Return the best peaks of each picture's heat maps; a peak is no lower than its neighbours."""
    heat = torch.sigmoid(maps.heat)
    peaks = heat * (heat == F.max_pool2d(heat, 3, stride=1, padding=1))
    return [
        _best(*maps_of_one, most) for maps_of_one in zip(peaks, maps.size, maps.offset, strict=True)
    ]


def _best(peaks: torch.Tensor, size: torch.Tensor, offset: torch.Tensor, most: int) -> Detections:
    _, down, across = peaks.shape
    scores, places = peaks.flatten().topk(min(most, peaks.numel()))
    rows, columns = places % (down * across) // across, places % across
    corners = torch.stack([columns, rows])
    sizes = size[:, rows, columns].clamp(min=0)
    starts = corners + offset[:, rows, columns] - sizes / 2
    boxes = STRIDE * torch.cat([starts, sizes]).T
    return Detections(boxes, places // (down * across), scores)
