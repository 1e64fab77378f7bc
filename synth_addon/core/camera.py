"""Pinhole camera maths: intrinsics, projection and pixel rays.

Pixels are continuous with the origin at the top-left corner of the image: the centre of the
first pixel is (0.5, 0.5), and with no lens shift cx = width / 2. Camera axes are OpenCV's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from pydantic import BaseModel, ConfigDict

from .transforms import Array, inverse_rigid, look_at, transform_from, transform_points


class Intrinsics(BaseModel):
    """A pinhole camera's matrix K and image size, in pixels.

    Attributes:
        width, height: image size.
        fx, fy: focal lengths; their ratio is the pixels' aspect (height over width of a pixel
            is fx / fy).
        cx, cy: principal point from the top-left corner.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float

    @property
    def matrix(self) -> Array:
        """K as a 3x3 array."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])


def project(intrinsics: Intrinsics, points_camera: ArrayLike) -> tuple[Array, Array]:
    """Project camera-frame points (N, 3) in metres to pixels.

    Returns:
        pixels (N, 2) and depth (N,) along the optical axis. Pixels are only meaningful where
        depth is positive; elsewhere they are NaN.
    """
    points = np.asarray(points_camera, float).reshape(-1, 3)
    depth = points[:, 2]
    safe = np.where(depth > 0, depth, np.nan)
    u = intrinsics.fx * points[:, 0] / safe + intrinsics.cx
    v = intrinsics.fy * points[:, 1] / safe + intrinsics.cy
    return np.column_stack([u, v]), depth


def project_world(
    intrinsics: Intrinsics, world_from_camera: ArrayLike, points_world: ArrayLike
) -> tuple[Array, Array]:
    """Project world-frame points (N, 3); see `project`."""
    return project(intrinsics, transform_points(inverse_rigid(world_from_camera), points_world))


def project_clip(
    clip_from_world: ArrayLike, points_world: ArrayLike, width: int, height: int
) -> Array:
    """Project world-frame points (N, 3) with the 4x4 matrix that OpenGL's cameras have.

    Returns:
        pixels (N, 2); NaN for points that are not before a perspective camera.
    """
    points = np.asarray(points_world, float).reshape(-1, 3)
    clip = np.column_stack([points, np.ones(len(points))]) @ np.asarray(clip_from_world, float).T
    w = np.where(clip[:, 3] > 0, clip[:, 3], np.nan)
    return np.column_stack([(1 + clip[:, 0] / w) / 2 * width, (1 - clip[:, 1] / w) / 2 * height])


def pixel_rays(intrinsics: Intrinsics, columns: ArrayLike, rows: ArrayLike) -> Array:
    """Return camera-frame rays (N, 3) through the centres of pixels (column, row).

    Rays have z = 1, so that a hit's ray parameter is its depth in metres. Pixels may lie outside
    the image.
    """
    u = np.asarray(columns, float) + 0.5
    v = np.asarray(rows, float) + 0.5
    x = (u - intrinsics.cx) / intrinsics.fx
    y = (v - intrinsics.cy) / intrinsics.fy
    return np.stack([x, y, np.ones_like(x)], axis=-1)


def look_off_axis(
    intrinsics: Intrinsics,
    eye: ArrayLike,
    target: ArrayLike,
    off_center: tuple[float, float],
    roll: float = 0.0,
) -> Array:
    """Return ``world_from_camera`` of a camera that sees `target` beside its principal point.

    As with `look_at`, the horizon stays level but for `roll`, except where no level camera can
    have the target there, near the zenith and the nadir: there the camera is turned the short way.

    Args:
        eye, target: points (3,) in metres, world frame.
        off_center: how far right of and below the principal point the target is seen, in halves
            of the image's width and height.
        roll: turn about the viewing axis in radians.

    Raises:
        ValueError: eye and target coincide.
    """
    straight = look_at(eye, target, roll)
    if off_center == (0.0, 0.0):
        return straight
    right, down = off_center
    ray = np.array(
        [
            right * intrinsics.width / 2 / intrinsics.fx,
            down * intrinsics.height / 2 / intrinsics.fy,
            1.0,
        ]
    )
    ray /= np.linalg.norm(ray)
    forward = straight[:3, 2]
    x, y, z = _turn_about_z(roll) @ ray
    tilt_sine = forward[2] / np.hypot(y, z)
    tilt = np.arctan2(y, z) + np.arcsin(np.clip(tilt_sine, -1, 1))
    if abs(tilt_sine) > 1 or abs(tilt) >= np.pi / 2:
        return transform_from(straight[:3, :3] @ _shortest_turn(ray), eye)
    heading = np.arctan2(forward[1], forward[0])
    heading += np.arctan2(x, z * np.cos(tilt) + y * np.sin(tilt))
    axis = np.array([np.cos(heading), np.sin(heading), 0.0]) * np.cos(tilt)
    return look_at(eye, np.asarray(eye, float) + axis + [0.0, 0.0, np.sin(tilt)], roll)


def _turn_about_z(angle: float) -> Array:
    """Return how `look_at` turns rays of a camera with this roll."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])


def _shortest_turn(ray: Array) -> Array:
    """Return the rotation (3, 3) about an axis across both that takes a unit `ray` to (0, 0, 1).

    Rodrigues' formula with the ray's cross product with z.
    """
    across = np.array([[0.0, 0.0, -ray[0]], [0.0, 0.0, -ray[1]], [ray[0], ray[1], 0.0]])
    turn: Array = np.eye(3) + across + across @ across / (1 + ray[2])
    return turn
