"""``scene_gt_coco.json`` as the toolkit's calc_gt_coco.py writes it.

Categories are obj_ids, segmentations are the visible masks as plain run lengths, boxes hold the
whole silhouette inside the image, and objects that are less than a tenth visible are to be
ignored. Objects without a visible pixel are left out. No dates are written.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .files import RGB, image_name
from .masks import Mask, pixel_box

IGNORED_BELOW = 0.1
"""Visible fraction."""


class SceneCoco:
    """What is known of one scene so far.

    Args:
        obj_ids: of all models of the dataset.
    """

    def __init__(self, obj_ids: Iterable[int]) -> None:
        self._obj_ids = sorted(obj_ids)
        self._images: list[dict[str, Any]] = []
        self._annotations: list[dict[str, Any]] = []

    def add_image(self, image: int, width: int, height: int) -> None:
        """Add an image."""
        self._images.append(
            {
                "id": image,
                "file_name": f"{RGB}/{image_name(image)}",
                "width": width,
                "height": height,
            }
        )

    def add_object(self, image: int, obj_id: int, full: Mask, visible: Mask, share: float) -> None:
        """Add an object, if any pixel shows it.

        Args:
            full: the silhouette inside the image (H, W).
            visible: the visible mask (H, W).
            share: ``visib_fract``.
        """
        box = pixel_box(full)
        if box is None or not visible.any():
            return
        self._annotations.append(
            {
                "id": len(self._annotations) + 1,
                "image_id": image,
                "category_id": obj_id,
                "iscrowd": 0,
                "area": int(visible.sum()),
                "bbox": box,
                "segmentation": {"counts": run_lengths(visible), "size": list(visible.shape)},
                "width": visible.shape[1],
                "height": visible.shape[0],
                "ignore": share < IGNORED_BELOW,
            }
        )

    def record(self) -> dict[str, Any]:
        """Return the file's content."""
        return {
            "info": {"description": "Ground truth of one BOP scene, made by Synth"},
            "licenses": [],
            "categories": [
                {"id": obj_id, "name": str(obj_id), "supercategory": "synth"}
                for obj_id in self._obj_ids
            ],
            "images": self._images,
            "annotations": self._annotations,
        }


def run_lengths(mask: Mask) -> list[int]:
    """Return COCO's plain run lengths of a mask (H, W): column by column, first of what is false.

    Source: https://cocodataset.org/#format-data.
    """
    flat = mask.ravel(order="F")
    ends = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    lengths = np.diff([0, *ends.tolist(), flat.size]).tolist()
    return [0, *lengths] if flat[0] else lengths
