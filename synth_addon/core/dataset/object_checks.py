"""What must hold for one object in one frame, each check yielding what is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..annotation import (
    Box,
    FrameAnnotation,
    ObjectAnnotation,
    Rle,
    box_of_mask,
    decode_mask,
    encode_mask,
)
from ..camera import Intrinsics, project
from ..transforms import Array, inverse_rigid, transform_points
from .info import DatasetInfo

POSE_TOLERANCE = 1e-6
"""Metres, and shares of the largest number of a pose; poses are stored as float64."""
PIXEL_TOLERANCE = 1e-3
AMODAL_TOLERANCE = 0.005
"""Share of the visible pixels that may lie more than a pixel outside the amodal mask."""
_MAX_INSTANCE_ID = 65535


@dataclass(frozen=True, eq=False)
class Shown:
    """One object, the frame it is in, and the arrays that must agree with it.

    Attributes:
        instances: (H, W) uint16 as stored, or None where it cannot be read.
        depth: (H, W) float32 metres, or None where it was not written or cannot be read.
        depth_range: metres beyond which the file holds no depth.
    """

    shown: ObjectAnnotation
    frame: FrameAnnotation
    info: DatasetInfo
    instances: NDArray[np.uint16] | None
    depth: NDArray[np.float32] | None
    depth_range: float


def check_object(case: Shown) -> Iterator[str]:
    """Yield one line for each promise that the object's annotation breaks."""
    checks: tuple[Callable[[Shown], Iterator[str]], ...] = (
        _check_identity,
        _check_visible_mask,
        _check_amodal,
        _check_fractions,
        _check_poses,
        _check_box_3d,
        _check_depth,
    )
    for check in checks:
        yield from check(case)


def usable_mask(rle: Rle, shape: tuple[int, int]) -> NDArray[np.bool_] | None:
    """Return the mask, or None where the code is damaged or of another size than `shape`."""
    if rle.size != shape:
        return None
    try:
        mask = decode_mask(rle)
    except (ValueError, UnicodeEncodeError):
        return None
    # runs of a wrong total decode to arbitrary memory, which encodes to other runs
    return mask if encode_mask(mask).counts == rle.counts else None


def visible_mask_of(shown: ObjectAnnotation, shape: tuple[int, int]) -> NDArray[np.bool_] | None:
    """Return the visible mask, or None where there is none that can be used."""
    return None if shown.visible_mask is None else usable_mask(shown.visible_mask, shape)


def _check_identity(case: Shown) -> Iterator[str]:
    shown = case.shown
    if not 1 <= shown.instance_id <= _MAX_INSTANCE_ID:
        yield f"instance_id {shown.instance_id} is outside 1 to {_MAX_INSTANCE_ID}"
    if shown.role == "distractor":
        if shown.category_id is not None:
            yield f"a distractor has category_id {shown.category_id}"
        return
    names = {category.id: category.name for category in case.info.categories}
    if shown.category_id is None or names.get(shown.category_id) != shown.category:
        yield (
            f"category_id {shown.category_id} ({shown.category!r}) is no category of dataset.json"
        )


def _check_visible_mask(case: Shown) -> Iterator[str]:
    shown = case.shown
    if shown.visible_mask is None:
        if shown.visible_pixels or shown.visible_box is not None:
            yield f"visible_pixels is {shown.visible_pixels} without a visible_mask"
        if case.instances is not None and (case.instances == shown.instance_id).any():
            yield "the instance map shows it, but it has no visible_mask"
        return
    mask = usable_mask(shown.visible_mask, _shape(case))
    if mask is None:
        yield "visible_mask is damaged or of another size than the frame"
        return
    if int(mask.sum()) != shown.visible_pixels:
        yield f"visible_mask holds {int(mask.sum())} pixels, visible_pixels {shown.visible_pixels}"
    if shown.visible_box != box_of_mask(mask):
        yield f"visible_box {_text(shown.visible_box)} is not the mask's {_text(box_of_mask(mask))}"
    if case.instances is not None:
        differing = int(((case.instances == shown.instance_id) != mask).sum())
        if differing:
            yield f"visible_mask differs from the instance map in {differing} pixels"


def _check_amodal(case: Shown) -> Iterator[str]:
    shown = case.shown
    amodal = np.zeros(_shape(case), bool)
    if shown.amodal_mask is not None:
        usable = usable_mask(shown.amodal_mask, _shape(case))
        if usable is None:
            yield "amodal_mask is damaged or of another size than the frame"
            return
        amodal = usable
    if int(amodal.sum()) != shown.amodal_pixels:
        yield f"amodal_mask holds {int(amodal.sum())} pixels, amodal_pixels {shown.amodal_pixels}"
    box = box_of_mask(amodal)
    if box is not None and not _contains(shown.amodal_box, box):
        yield f"amodal_box {_text(shown.amodal_box)} does not hold the mask's {_text(box)}"
    visible = visible_mask_of(shown, _shape(case))
    if visible is not None:
        outside = int((visible & ~_grown(amodal)).sum())
        if outside > AMODAL_TOLERANCE * visible.sum():
            yield f"{outside} visible pixels lie outside amodal_mask"


def _check_fractions(case: Shown) -> Iterator[str]:
    shown = case.shown
    total = shown.silhouette_pixels
    if shown.amodal_pixels > total + 0.5:
        yield f"silhouette_pixels {total} is less than amodal_pixels {shown.amodal_pixels}"
    for name, part in (
        ("visible_fraction", shown.visible_pixels),
        ("truncation_fraction", total - shown.amodal_pixels),
    ):
        value = getattr(shown, name)
        expected = min(1.0, max(0.0, part / total)) if total > 0 else 0.0
        if not abs(value - expected) <= 1e-6:
            yield f"{name} is {value}, its pixels say {expected}"


def _check_poses(case: Shown) -> Iterator[str]:
    world_from_object = np.asarray(case.shown.world_from_object)
    camera_from_object = np.asarray(case.shown.camera_from_object)
    for name, pose in (
        ("world_from_object", world_from_object),
        ("camera_from_object", camera_from_object),
    ):
        if not is_rigid(pose):
            yield f"{name} is no rigid transform"
    expected = inverse_rigid(case.frame.world_from_camera) @ world_from_object
    if not _is_close(camera_from_object, expected):
        yield "camera_from_object is not inverse(world_from_camera) @ world_from_object"


def is_rigid(pose: Array) -> bool:
    """Tell whether a 4x4 array is a rotation and a translation."""
    rotation = pose[:3, :3]
    return (
        bool(np.isfinite(pose).all())
        and np.allclose(rotation @ rotation.T, np.eye(3), atol=POSE_TOLERANCE)
        and bool(np.linalg.det(rotation) > 0)
        and tuple(pose[3]) == (0.0, 0.0, 0.0, 1.0)
    )


def _check_box_3d(case: Shown) -> Iterator[str]:
    box = case.shown.box_3d
    if len(box.corners_camera) != 8 or len(box.corners_px) != 8:
        yield f"box_3d has {len(box.corners_camera)} corners and {len(box.corners_px)} projections"
        return
    bits = (np.arange(8)[:, None] >> np.arange(3)) & 1
    corners = np.asarray(box.center) + (bits - 0.5) * np.asarray(box.size)
    corners_camera = transform_points(np.asarray(case.shown.camera_from_object), corners)
    if not _is_close(np.asarray(box.corners_camera), corners_camera):
        yield "box_3d.corners_camera are not its corners under camera_from_object"
    pixels, depth = project(intrinsics_of(case.frame), box.corners_camera)
    for number, (stored, pixel, z) in enumerate(zip(box.corners_px, pixels, depth, strict=True)):
        if (stored is not None) != bool(z > 0):
            yield f"box_3d.corners_px {number} must be null exactly behind the camera"
        elif stored is not None and not _is_near(np.asarray(stored), pixel, z):
            yield f"box_3d.corners_px {number} is {_text(stored)}, it projects to {_text(pixel)}"


def _is_near(stored: Array, pixel: Array, depth: float) -> bool:
    # close to the camera's plane a projection magnifies rounding without bound
    slack = PIXEL_TOLERANCE * max(1.0, float(np.abs(pixel).max()) * 1e-6)
    return bool(np.abs(stored - pixel).max() <= slack)


def _check_depth(case: Shown) -> Iterator[str]:
    if case.depth is None or case.instances is None:
        return
    corners = case.shown.box_3d.corners_camera
    if max((corner[2] for corner in corners), default=0.0) > case.depth_range:
        return  # beyond what the format can say, and documented to be missing there
    missing = int(np.isinf(case.depth[case.instances == case.shown.instance_id]).sum())
    if missing:
        yield f"{missing} of its visible pixels have no depth"


def intrinsics_of(frame: FrameAnnotation) -> Intrinsics:
    """Return a frame's camera as the projection functions take it."""
    (fx, _, cx), (_, fy, cy), _ = frame.camera_matrix
    return Intrinsics(width=frame.width, height=frame.height, fx=fx, fy=fy, cx=cx, cy=cy)


def _shape(case: Shown) -> tuple[int, int]:
    return case.frame.height, case.frame.width


def _is_close(stored: Array, expected: Array) -> bool:
    slack = POSE_TOLERANCE * max(1.0, float(np.abs(expected).max()))
    return bool(np.abs(stored - expected).max() <= slack)


def _contains(outer: Box | None, inner: Box) -> bool:
    if outer is None:
        return False
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and outer[0] + outer[2] >= inner[0] + inner[2]
        and outer[1] + outer[3] >= inner[1] + inner[3]
    )


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the mask with all eight neighbours of its pixels."""
    grown = mask.copy()
    grown[1:] |= mask[:-1]
    grown[:-1] |= mask[1:]
    rows = grown.copy()
    grown[:, 1:] |= rows[:, :-1]
    grown[:, :-1] |= rows[:, 1:]
    return grown


def _text(box: object) -> str:
    if box is None:
        return "null"
    return "[" + ", ".join(f"{float(value):.6g}" for value in np.asarray(box)) + "]"
