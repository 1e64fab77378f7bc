"""Pinhole camera maths: intrinsics, projection and pixel rays.

Pixels are continuous with the origin at the top-left corner of the image: the centre of the
first pixel is (0.5, 0.5), and with no lens shift cx = width / 2. Camera axes are OpenCV's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from pydantic import BaseModel, ConfigDict

from .transforms import Array, inverse_rigid, transform_points


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
