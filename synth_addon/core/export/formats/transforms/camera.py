"""Cameras as ``transforms.json`` states them; `transforms` says by which conventions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ....annotation import FrameAnnotation
from ....transforms import BLENDER_FROM_OPENCV_CAMERA, Array


def intrinsics_of(annotation: FrameAnnotation) -> dict[str, Any]:
    """Return focal lengths, principal point and size in pixels, and fields of view in radians."""
    (fx, _, cx), (_, fy, cy), _ = annotation.camera_matrix
    width, height = annotation.width, annotation.height
    return {
        "w": width,
        "h": height,
        "fl_x": fx,
        "fl_y": fy,
        "cx": cx,
        "cy": cy,
        "camera_angle_x": 2 * math.atan(width / (2 * fx)),
        "camera_angle_y": 2 * math.atan(height / (2 * fy)),
    }


def transform_matrix(annotation: FrameAnnotation) -> list[list[float]]:
    """Return the camera's pose in the world, rows of (4, 4) in metres.

    OpenGL's camera axes are Blender's.
    """
    pose: Array = np.array(annotation.world_from_camera) @ BLENDER_FROM_OPENCV_CAMERA
    # -0.0 + 0.0 is 0.0, which reads better
    rows: list[list[float]] = (pose + 0.0).tolist()
    return rows
