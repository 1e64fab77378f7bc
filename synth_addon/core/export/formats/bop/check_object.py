"""What must hold for one object in one image of a BOP export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....transforms import Array
from .check_images import grown
from .check_models import is_rotation
from .masks import NO_BOX, Mask, center_box, pixel_box
from .truth import visible_fraction

_OUTSIDE_SHARE = 0.005
"""Of visible pixels, those that may lie beside the full mask and its neighbours."""
_NEAR_PX = 2.0
"""How far a silhouette may reach beyond the projected vertices, and they beyond it."""
_OUTWARD_SHARE = 0.25
"""Of a box's diagonal: how much farther vertices may reach, because tips that are thinner than a
pixel show nothing."""


@dataclass(frozen=True, eq=False)
class Instance:
    """One object in one image, as the files state it.

    Attributes:
        pose, info: its entries in ``scene_gt.json`` and ``scene_gt_info.json``.
        matrix: K (3, 3).
        size: width and height of the image.
        vertices: of its model (V, 3) in millimetres.
        full, visible: masks (H, W), None where they cannot be read.
        valid: which pixels (H, W) have a depth, None where that cannot be read.
    """

    pose: Mapping[str, Any]
    info: Mapping[str, Any]
    matrix: Array
    size: tuple[int, int]
    vertices: Array
    full: Mask | None
    visible: Mask | None
    valid: Mask | None


def instance_faults(case: Instance) -> Iterator[str]:
    """Yield one line for each fault of an object in an image."""
    if not is_rotation(case.pose["cam_R_m2c"]) or len(case.pose["cam_t_m2c"]) != 3:
        yield "its pose is not rigid"
        return
    if case.visible is not None:
        yield from _visible_faults(case.info, case.visible)
    if case.full is not None:
        yield from _full_faults(case.info, case.full)
        if case.visible is not None:
            yield from _inside_faults(case.visible, case.full)
        if case.valid is not None:
            count = int((case.full & case.valid).sum())
            if case.info["px_count_valid"] != count:
                yield f"px_count_valid is {case.info['px_count_valid']}, not {count}"
    share = visible_fraction(case.info["px_count_visib"], case.info["px_count_all"])
    if abs(case.info["visib_fract"] - share) > 1e-9:
        yield f"visib_fract is {case.info['visib_fract']}, its pixel counts make {share}"
    yield from _projection_faults(case)


def _visible_faults(info: Mapping[str, Any], visible: Mask) -> Iterator[str]:
    count, box = int(visible.sum()), center_box(pixel_box(visible))
    if info["px_count_visib"] != count:
        yield f"px_count_visib is {info['px_count_visib']}, its mask has {count}"
    if info["bbox_visib"] != box:
        yield f"bbox_visib is {info['bbox_visib']}, its mask's is {box}"


def _full_faults(info: Mapping[str, Any], full: Mask) -> Iterator[str]:
    count, box = int(full.sum()), info["bbox_obj"]
    if info["px_count_all"] < count:
        yield f"px_count_all is {info['px_count_all']}, its mask alone has {count}"
    if box == NO_BOX:
        if info["px_count_visib"]:
            yield "bbox_obj is missing"
        return
    height, width = full.shape
    left, top, right, bottom = _sides(box)
    if left >= 0 and top >= 0 and right < width and bottom < height:
        if box != center_box(pixel_box(full)):
            yield f"bbox_obj is {box}, its mask's is {center_box(pixel_box(full))}"
        if info["px_count_all"] != count:
            yield f"px_count_all is {info['px_count_all']}, its mask has {count}"
    elif count:
        inner = _sides(center_box(pixel_box(full)))
        if (inner[:2] < [left, top]).any() or (inner[2:] > [right, bottom]).any():
            yield f"bbox_obj {box} does not hold its mask"


def _inside_faults(visible: Mask, full: Mask) -> Iterator[str]:
    beside = int((visible & ~grown(full)).sum())
    if beside > _OUTSIDE_SHARE * int(visible.sum()):
        yield f"{beside} pixels of its visible mask lie outside its full mask"


def _projection_faults(case: Instance) -> Iterator[str]:
    """Compare the sides of the projected vertices' box with those of the silhouette's."""
    rotation = np.reshape(np.asarray(case.pose["cam_R_m2c"], float), (3, 3))
    points = case.vertices @ rotation.T + np.asarray(case.pose["cam_t_m2c"], float)
    if case.info["bbox_obj"] == NO_BOX or points[:, 2].min() <= 0:
        return
    homogeneous = points @ case.matrix.T
    pixels = homogeneous[:, :2] / homogeneous[:, 2:]
    projected = np.concatenate([pixels.min(axis=0), pixels.max(axis=0)])
    box = _sides(case.info["bbox_obj"])
    outward = (projected - box) * [-1, -1, 1, 1]
    # The canvas cuts silhouettes off, so only what lies on it wholly must reach as far.
    width, height = case.size
    is_whole = (projected >= [-width, -height] * 2).all() and (
        projected <= [2 * width - 1, 2 * height - 1] * 2
    ).all()
    farthest = np.inf
    if is_whole:
        farthest = _NEAR_PX + _OUTWARD_SHARE * np.hypot(*(projected[2:] - projected[:2]))
    if outward.min() < -_NEAR_PX or outward.max() > farthest:
        sides = [round(float(value), 1) for value in projected]
        yield f"its model projects to {sides}, its silhouette to {box.tolist()} (sides in pixels)"


def _sides(box: list[int]) -> Array:
    """Return left, top, right and bottom of a box around pixels' centres."""
    return np.array([box[0], box[1], box[0] + box[2], box[1] + box[3]], float)
