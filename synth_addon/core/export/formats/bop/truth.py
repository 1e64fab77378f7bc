"""Ground truth of one object in one image: ``scene_gt.json`` and ``scene_gt_info.json``.

As the toolkit's calc_gt_info.py defines it: ``px_count_all`` counts the silhouette inside and
outside the image, on a canvas that reaches one image size beyond every side, and ``visib_fract``
is the visible pixels over those. So an object that is cut off by the border is no more visible
than one that as much is hidden of. That is the dataset's own ``silhouette_pixels``, where a large
part outside may be estimated. ``px_count_valid`` counts inside the image alone. An object that no
pixel shows has no boxes.

What is visible is exact here; the toolkit takes it from depth, with a tolerance of 5 or 15 mm.
"""

from __future__ import annotations

from typing import Any

from ....annotation import Box, ObjectAnnotation
from .camera import rigid_parts
from .masks import Mask, center_box


def pose_record(obj_id: int, shown: ObjectAnnotation) -> dict[str, Any]:
    """Return an entry of ``scene_gt.json``: ``camera_from_object`` in millimetres."""
    rotation, translation = rigid_parts(shown.camera_from_object)
    return {"cam_R_m2c": rotation, "cam_t_m2c": translation, "obj_id": obj_id}


def info_record(shown: ObjectAnnotation, full: Mask, valid: Mask) -> dict[str, Any]:
    """Return an entry of ``scene_gt_info.json``.

    Args:
        full: the silhouette inside the image (H, W).
        valid: which pixels (H, W) have a depth.
    """
    visible, total = shown.visible_pixels, round(shown.silhouette_pixels)
    return {
        "bbox_obj": center_box(_whole(shown.amodal_box) if visible else None),
        "bbox_visib": center_box(_whole(shown.visible_box)),
        "px_count_all": total,
        "px_count_valid": int((full & valid).sum()),
        "px_count_visib": visible,
        "visib_fract": visible_fraction(visible, total),
    }


def visible_fraction(visible: int, total: int) -> float:
    """Return the share of the silhouette that is visible, 0 where there is none."""
    return min(1.0, visible / total) if total else 0.0


def _whole(box: Box | None) -> list[int] | None:
    return None if box is None else [round(value) for value in box]
