"""Images and targets as torchvision's detection models take them.

Pixels are continuous from the image's top-left corner, in boxes as in camera matrices: the first
pixel's centre is (0.5, 0.5). Targets are the objects with the role ``target`` of which a pixel is
seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .batches import Batch, Frame, frames_of

if TYPE_CHECKING:
    import torch

Target = dict[str, Any]
TargetOf = Callable[..., Target]


def images_and_targets(
    batch: Batch, target_of: TargetOf, *, min_visible: float = 0.0
) -> tuple[list[torch.Tensor], list[Target]]:
    """Return images (3, H, W) float32 from 0 to 1, and the target of each.

    Args:
        target_of: `detection_target`, `segmentation_target` or `pose_target`.
        min_visible: objects less visible than this, by ``visible_fraction``, are left out.
    """
    frames = frames_of(batch)
    images = [image_tensor(frame) for frame in frames]
    return images, [target_of(frame, min_visible=min_visible) for frame in frames]


def image_tensor(frame: Frame) -> torch.Tensor:
    """Return a frame's image (3, H, W) in float32 from 0 to 1."""
    import torch

    image = frame["image"]
    if not isinstance(image, torch.Tensor):
        image = torch.tensor(image)  # a copy: arrays from the wire are read-only
    return image.permute(2, 0, 1).to(torch.float32).div(255)


def image_id(frame: Frame) -> int:
    """Return the id that the frame has in the COCO file of a dataset: its number + 1."""
    return int(frame["annotation"]["frame"]) + 1


def detection_target(frame: Frame, *, min_visible: float = 0.0) -> Target:
    """Return boxes and classes of N objects, as torchvision's detectors take them.

    ``boxes`` (N, 4) float32 as x1, y1, x2, y2 around the visible masks, ``labels`` (N,) int64
    category ids, from 1 on, ``image_id`` as COCO has it, ``area`` (N,) float32 pixels of the
    visible masks, ``iscrowd`` (N,) int64, all 0.
    """
    import torch

    objects = _targets_in(frame, min_visible)
    boxes = np.array([item["visible_box"] for item in objects], np.float32).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    return {
        "boxes": torch.from_numpy(boxes),
        "labels": _labels(objects),
        "image_id": image_id(frame),
        "area": torch.tensor([item["visible_pixels"] for item in objects], dtype=torch.float32),
        "iscrowd": torch.zeros(len(objects), dtype=torch.int64),
    }


def segmentation_target(frame: Frame, *, min_visible: float = 0.0) -> Target:
    """Return the detection target with ``masks`` (N, H, W) uint8: the visible masks, disjoint."""
    import torch

    annotation = frame["annotation"]
    masks = np.zeros((0, annotation["height"], annotation["width"]), np.uint8)
    codes = [item["visible_mask"] for item in _targets_in(frame, min_visible)]
    if codes:
        masks = np.stack([_decoded(code) for code in codes])
    return detection_target(frame, min_visible=min_visible) | {"masks": torch.from_numpy(masks)}


def pose_target(frame: Frame, *, min_visible: float = 0.0) -> Target:
    """Return poses of N objects in the camera's frame: OpenCV's axes, metres, float32.

    ``labels`` (N,) int64, ``image_id``, ``K`` (3, 3) camera matrix, ``R`` (N, 3, 3) and ``t``
    (N, 3) of the rigid camera_from_object, ``box_3d`` (N, 8, 3) corners in the camera's frame,
    corner i with the upper x, y, z of the object by bits 0, 1, 2 of i, and ``diameter`` (N,).
    OpenCV itself counts pixels from the first one's centre: it wants cx and cy less by 0.5.
    """
    import torch

    objects = _targets_in(frame, min_visible)
    poses = _floats([item["camera_from_object"] for item in objects], (-1, 4, 4))
    corners = [item["box_3d"]["corners_camera"] for item in objects]
    return {
        "labels": _labels(objects),
        "image_id": image_id(frame),
        "K": _floats(frame["annotation"]["camera_matrix"], (3, 3)),
        "R": poses[:, :3, :3],
        "t": poses[:, :3, 3],
        "box_3d": _floats(corners, (-1, 8, 3)),
        "diameter": torch.tensor([item["diameter"] for item in objects], dtype=torch.float32),
    }


def _targets_in(frame: Frame, min_visible: float) -> list[Mapping[str, Any]]:
    return [
        item
        for item in frame["annotation"]["objects"]
        if item["role"] == "target"
        and item["visible_pixels"] > 0
        and item["visible_fraction"] >= min_visible
    ]


def _labels(objects: list[Mapping[str, Any]]) -> torch.Tensor:
    import torch

    return torch.tensor([item["category_id"] for item in objects], dtype=torch.int64)


def _floats(values: Any, shape: tuple[int, ...]) -> torch.Tensor:
    import torch

    return torch.from_numpy(np.asarray(values, np.float32).reshape(shape))


def _decoded(code: Mapping[str, Any]) -> Any:
    from pycocotools import mask as coco_mask

    return coco_mask.decode({"size": list(code["size"]), "counts": code["counts"].encode("ascii")})
