"""The frames that a report shows: their pictures, and what is drawn over them."""

from __future__ import annotations

import base64
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..annotation import FrameAnnotation, ObjectAnnotation
from ..dataset.layout import frame_paths
from ..dataset.reading import Dataset
from ..label_reasons import label_reasons
from .picture_statistics import shrunk

_EMBEDDED_SIDE, _DEPTH_SIDE = 480, 320
_DEPTH_COLORS = 63
_JPEG = {"quality": 80, "subsampling": 0}
_AXIS_SHARE = 0.6
"""Length of a drawn axis, as a share of the longest side of the object's box."""
# Near to far, light to dark; even steps of lightness, so it reads without colour too.
_RAMP = ((253, 231, 143), (240, 142, 98), (185, 72, 128), (96, 44, 128), (20, 14, 54))


@dataclass(frozen=True)
class PictureSource:
    """Where a page takes pictures from.

    Attributes:
        page: the page's folder, from which links start.
        embed: whether pictures are in the page itself.
    """

    dataset: Dataset
    page: Path
    embed: bool

    def link(self, path: str) -> str:
        """Return a link to a file of the dataset."""
        target = (self.dataset.directory / path).resolve()
        try:
            return quote(Path(os.path.relpath(target, self.page.resolve())).as_posix())
        except ValueError:  # another drive of Windows
            return target.as_uri()

    def frame(self, number: int) -> dict[str, Any]:
        """Return one frame as the page's script reads it.

        Depth is always embedded, small and in colours: browsers show 16-bit files in 256 levels,
        most of them black.

        Raises:
            DatasetError: a file of the frame is missing or damaged.
        """
        annotation = self.dataset.annotation(number)
        return {
            "frame": number,
            "scene": annotation.scene,
            "view": annotation.view,
            "width": annotation.width,
            "height": annotation.height,
            "image": self._picture(number),
            "depth": self._depth(number),
            "normals": self._normals(number),
            "objects": _objects(annotation),
        }

    def _picture(self, number: int) -> str:
        if self.embed:
            return _data(Image.fromarray(self.dataset.image(number)), "JPEG")
        return self.link(self._paths(number)["images"])

    def _depth(self, number: int) -> str | None:
        if "depth" not in self._paths(number):
            return None
        return _data(_depth_picture(self.dataset.depth(number)), "PNG")

    def _normals(self, number: int) -> str | None:
        path = self._paths(number).get("normals")
        if path is None:
            return None
        if path.endswith(".png") and not self.embed:
            return self.link(path)
        normals = self.dataset.normals(number)
        colors = np.rint((normals + 1) * 127.5).clip(0, 255).astype(np.uint8)
        colors[~normals.any(axis=2)] = 0
        return _data(Image.fromarray(colors), "JPEG")

    def _paths(self, number: int) -> dict[str, str]:
        return frame_paths(number, self.dataset.info.outputs)


def _data(image: Image.Image, kind: str) -> str:
    buffer = io.BytesIO()
    if kind == "JPEG":
        shrunk(image, _EMBEDDED_SIDE).save(buffer, kind, **_JPEG)
    else:
        image.save(buffer, kind, optimize=True)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _depth_picture(depth: NDArray[np.float32]) -> Image.Image:
    """Return a small picture in colours, light near and dark far, black background."""
    step = max(1, -(-max(depth.shape) // _DEPTH_SIDE))
    small = depth[::step, ::step]
    known = np.isfinite(small)
    indices = np.zeros(small.shape, np.uint8)
    if known.any():
        # Steps even in 1 / depth show what is near, as eyes see it.
        inverse = 1 / np.maximum(small[known], 1e-3)
        low, high = np.quantile(inverse, (0.005, 0.995))
        share = ((high - inverse) / max(high - low, 1e-6)).clip(0, 1)
        indices[known] = 1 + np.rint(share * (_DEPTH_COLORS - 1)).astype(np.uint8)
    image = Image.fromarray(indices)
    image.putpalette(_depth_palette())
    return image


def _depth_palette() -> list[int]:
    places = np.linspace(0, len(_RAMP) - 1, _DEPTH_COLORS)
    ramp = np.array(_RAMP, float).T
    colors = np.stack([np.interp(places, range(len(_RAMP)), channel) for channel in ramp], axis=1)
    return [0, 0, 0, *np.rint(colors).astype(int).ravel().tolist()]


def _objects(annotation: FrameAnnotation) -> list[dict[str, Any]]:
    reasons = label_reasons(annotation)
    camera = np.array(annotation.camera_matrix)
    return [
        {
            "id": item.instance_id,
            "group": item.group,
            "category": item.category,
            "color": item.category_id or 0,
            "visible": round(item.visible_fraction, 4),
            "pixels": item.visible_pixels,
            "size": item.visible_pixels / (annotation.width * annotation.height),
            "box": item.visible_box,
            "amodal": item.amodal_box,
            "mask": item.visible_mask.counts if item.visible_mask else None,
            "axes": _axes(item, camera),
            "corners": [_rounded(corner) for corner in item.box_3d.corners_px],
            "keypoints": [
                [point.name, _rounded(point.position_px), point.state] for point in item.keypoints
            ],
            "reason": str(reason),
            "labelled": reason.has_label,
        }
        for item, reason in zip(annotation.objects, reasons, strict=True)
    ]


def _axes(item: ObjectAnnotation, camera: NDArray[np.float64]) -> list[list[float]] | None:
    """Return the pixels of an object's origin and axes' ends; None if one is behind the camera."""
    pose = np.array(item.camera_from_object)
    ends = np.vstack([np.zeros(3), np.eye(3) * _AXIS_SHARE * max(item.box_3d.size)])
    points = ends @ pose[:3, :3].T + pose[:3, 3]
    if (points[:, 2] <= 1e-6).any():
        return None
    projected = points @ camera.T
    return [_rounded(point) or [] for point in projected[:, :2] / projected[:, 2:]]


def _rounded(point: Any) -> list[float] | None:
    return None if point is None else [round(float(value), 1) for value in point]
