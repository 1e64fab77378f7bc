"""The loss of BlendTorch's experiment, with CenterNet's term for centers within their cells."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - its name in the field

from .model import Maps
from .targets import Targets

SIZE_WEIGHT = 0.1


def detection_loss(maps: Maps, targets: Targets) -> torch.Tensor:
    """Return L_hm + 0.1 L_wh + L_off, a scalar."""
    size = center_loss(maps.size, targets.size, targets.is_center)
    offset = center_loss(maps.offset, targets.offset, targets.is_center)
    return focal_loss(maps.heat, targets.heat) + SIZE_WEIGHT * size + offset


def focal_loss(logits: torch.Tensor, heat: torch.Tensor) -> torch.Tensor:
    """Return the penalty-reduced focal loss of heat maps by number of centers.

    With p = sigmoid(logits): -(1 - p)^2 log p where `heat` is 1, and elsewhere
    -(1 - heat)^4 p^2 log(1 - p). Source: Zhou et al., Objects as Points, equation 1.
    """
    chance = torch.sigmoid(logits)
    is_peak = heat == 1
    at_peaks = (1 - chance) ** 2 * F.logsigmoid(logits)
    around = (1 - heat) ** 4 * chance**2 * F.logsigmoid(-logits)
    return -torch.where(is_peak, at_peaks, around).sum() / is_peak.sum().clamp(min=1)


def center_loss(found: torch.Tensor, wanted: torch.Tensor, is_center: torch.Tensor) -> torch.Tensor:
    """Return the mean over all centers of the L1 distance of two maps (B, 2, h, w)."""
    distance = (found - wanted).abs().sum(dim=1)
    return distance[is_center].sum() / is_center.sum().clamp(min=1)
