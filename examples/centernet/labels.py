"""What is to be found in a frame: the boxes and classes of its visible targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

LEAST_VISIBLE = 0.1
"""As in BOP's evaluation, an object of which less is visible need not be found."""


@dataclass(frozen=True)
class Labels:
    """The objects of one picture.

    Attributes:
        boxes: (N, 4) float, left, top, width and height of what is visible, in pixels.
        classes: (N) int64, category ids less one.
    """

    boxes: torch.Tensor
    classes: torch.Tensor


def is_wanted(shown: Mapping[str, Any]) -> bool:
    """Tell whether an object of an annotation is a target that a detector should find."""
    return (
        shown["category_id"] is not None
        and shown["visible_box"] is not None
        and shown["visible_fraction"] >= LEAST_VISIBLE
    )


def labels_of(annotation: Mapping[str, Any]) -> Labels:
    """Return the labels that the annotation of one frame gives."""
    wanted = [shown for shown in annotation["objects"] if is_wanted(shown)]
    boxes = torch.tensor([shown["visible_box"] for shown in wanted], dtype=torch.float32)
    classes = torch.tensor([shown["category_id"] - 1 for shown in wanted], dtype=torch.int64)
    return Labels(boxes.reshape(-1, 4), classes)
