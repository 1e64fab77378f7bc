"""Pictures as they might also have been: mirrored, in other colours and light."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from .labels import Labels

CONTRAST = (0.6, 1.4)
BRIGHTNESS = (-0.2, 0.2)
GAIN = (0.75, 1.25)
"""Of each colour channel by itself."""


def augmented(
    pictures: torch.Tensor, labels: Sequence[Labels], draws: torch.Generator
) -> tuple[torch.Tensor, list[Labels]]:
    """Return pictures (B, 3, H, W), float from 0 to 1, and their labels, changed at random."""
    jittered = _jittered(pictures, draws)
    flips = torch.rand(len(pictures), generator=draws) < 0.5
    mirrored = torch.where(flips[:, None, None, None], jittered.flip(-1), jittered)
    width = pictures.shape[-1]
    pairs = zip(labels, flips.tolist(), strict=True)
    return mirrored, [_mirrored(found, width) if flip else found for found, flip in pairs]


def _jittered(pictures: torch.Tensor, draws: torch.Generator) -> torch.Tensor:
    count = len(pictures)
    contrast = _uniform((count, 1, 1, 1), CONTRAST, draws)
    brightness = _uniform((count, 1, 1, 1), BRIGHTNESS, draws)
    gain = _uniform((count, 3, 1, 1), GAIN, draws)
    mean = pictures.mean(dim=(1, 2, 3), keepdim=True)
    return ((pictures - mean) * contrast + mean).mul(gain).add(brightness).clamp(0, 1)


def _uniform(
    shape: Sequence[int], limits: tuple[float, float], draws: torch.Generator
) -> torch.Tensor:
    low, high = limits
    return low + (high - low) * torch.rand(*shape, generator=draws)


def _mirrored(labels: Labels, width: int) -> Labels:
    left, top, across, down = labels.boxes.unbind(1)
    return Labels(torch.stack([width - left - across, top, across, down], 1), labels.classes)
