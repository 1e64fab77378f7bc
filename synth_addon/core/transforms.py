"""Rigid transforms as 4x4 float64 arrays named ``target_from_source``, so that inner names cancel.

Quaternions are unit, ordered (w, x, y, z), as in Blender.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

BLENDER_FROM_OPENCV_CAMERA: Array = np.diag([1.0, -1.0, -1.0, 1.0])
"""Camera axes: OpenCV's x right, y down, z forward to Blender's x right, y up, z backward."""


def rotation_from_quaternion(quaternion: ArrayLike) -> Array:
    """Return the 3x3 rotation of a quaternion (w, x, y, z), which is normalised first.

    In plain numbers: four are too few for arrays to be fast.
    """
    w, x, y, z = np.asarray(quaternion, float).tolist()
    norm = math.sqrt(w * w + x * x + y * y + z * z)
    w, x, y, z = w / norm, x / norm, y / norm, z / norm
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def quaternion_about(axis: ArrayLike, angle: float) -> Array:
    """Return the quaternion that turns by `angle` radians about `axis` (need not be unit)."""
    unit = np.asarray(axis, float) / np.linalg.norm(axis)
    return np.array([np.cos(angle / 2), *(np.sin(angle / 2) * unit)])


def multiply_quaternions(first: ArrayLike, second: ArrayLike) -> Array:
    """Return the Hamilton product: the rotation `second` followed by `first`."""
    a, b, c, d = np.asarray(first, float)
    e, f, g, h = np.asarray(second, float)
    return np.array(
        [
            a * e - b * f - c * g - d * h,
            a * f + b * e + c * h - d * g,
            a * g - b * h + c * e + d * f,
            a * h + b * g - c * f + d * e,
        ]
    )


def transform_from(rotation: ArrayLike, translation: ArrayLike) -> Array:
    """Return the 4x4 transform of a 3x3 `rotation` and a `translation` in metres."""
    transform = np.eye(4)
    transform[:3, :3] = rotation
    transform[:3, 3] = translation
    return transform


def inverse_rigid(transform: ArrayLike) -> Array:
    """Return the inverse of a rotation plus translation, exactly orthonormal or not."""
    matrix = np.asarray(transform, float)
    rotation = matrix[:3, :3].T
    return transform_from(rotation, -rotation @ matrix[:3, 3])


def transform_points(transform: ArrayLike, points: ArrayLike) -> Array:
    """Apply a 4x4 `transform` to `points` (N, 3); scale in the transform is honoured."""
    matrix = np.asarray(transform, float)
    moved: Array = np.asarray(points, float) @ matrix[:3, :3].T + matrix[:3, 3]
    return moved


def look_at(eye: ArrayLike, target: ArrayLike, roll: float = 0.0) -> Array:
    """Return ``world_from_camera`` (OpenCV axes) at `eye`, looking at `target`, world z up.

    Args:
        eye: camera centre in metres, world frame.
        target: the point that lands on the principal axis.
        roll: turn about the viewing axis in radians; positive turns the picture clockwise.

    Raises:
        ValueError: eye and target coincide.
    """
    forward = np.asarray(target, float) - np.asarray(eye, float)
    distance = np.linalg.norm(forward)
    if distance < 1e-9:
        raise ValueError("a camera cannot look at its own centre")
    forward = forward / distance
    right = np.cross(forward, [0.0, 0.0, 1.0])
    if np.linalg.norm(right) < 1e-9:
        right = np.array([1.0, 0.0, 0.0])
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    cos, sin = np.cos(roll), np.sin(roll)
    axes = np.column_stack([cos * right - sin * down, sin * right + cos * down, forward])
    return transform_from(axes, eye)


def matrix_rows(
    matrix: ArrayLike,
) -> tuple[
    tuple[float, float, float, float],
    tuple[float, float, float, float],
    tuple[float, float, float, float],
    tuple[float, float, float, float],
]:
    """Return a 4x4 array as nested tuples of Python floats."""
    a, b, c, d = (tuple(float(value) for value in row) for row in np.asarray(matrix, float))
    return a, b, c, d  # type: ignore[return-value]  # rows of a 4x4 array have four values
