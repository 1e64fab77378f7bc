"""Cameras as BOP states them: K from the first pixel's centre, millimetres, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ....annotation import FrameAnnotation
from ....transforms import Array, inverse_rigid
from ...source import ExportSource
from .depth import nominal_depth_scale

_TO_FIRST_CENTER = np.array([[0.0, 0.0, 0.5], [0.0, 0.0, 0.5], [0.0, 0.0, 0.0]])


def camera_matrix(annotation: FrameAnnotation) -> Array:
    """Return K (3, 3) for pixels whose centres have whole coordinates."""
    matrix: Array = np.asarray(annotation.camera_matrix) - _TO_FIRST_CENTER
    return matrix


def camera_record(annotation: FrameAnnotation, depth_scale: float) -> dict[str, Any]:
    """Return an entry of ``scene_camera.json``.

    Args:
        depth_scale: millimetres per unit of the depth image.
    """
    rotation, translation = rigid_parts(inverse_rigid(annotation.world_from_camera))
    return {
        "cam_K": camera_matrix(annotation).ravel().tolist(),
        "depth_scale": depth_scale,
        "cam_R_w2c": rotation,
        "cam_t_w2c": translation,
    }


def nominal_camera(source: ExportSource) -> dict[str, Any]:
    """Return ``camera.json``: the camera of the dataset's first frame.

    It is the one that simulates the sensor; where lenses are drawn, scene_camera.json differs.
    """
    dataset = source.dataset
    first = dataset.annotation(dataset.frame_numbers()[0])
    (fx, _, cx), (_, fy, cy), _ = camera_matrix(first).tolist()
    return {
        "cx": cx,
        "cy": cy,
        "depth_scale": nominal_depth_scale(dataset.info.outputs),
        "fx": fx,
        "fy": fy,
        "height": first.height,
        "width": first.width,
    }


def rigid_parts(transform: Array | Sequence[Sequence[float]]) -> tuple[list[float], list[float]]:
    """Return a transform in metres as 9 numbers of its rotation, and 3 in millimetres."""
    matrix = np.asarray(transform, float)
    return matrix[:3, :3].ravel().tolist(), (1000 * matrix[:3, 3]).tolist()
