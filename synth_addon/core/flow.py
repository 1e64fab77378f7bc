"""Optical flow between two views of one scene, in which nothing but the camera moves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .camera import pixel_rays
from .scene_spec import SettledView
from .transforms import inverse_rigid


def optical_flow(
    depth: NDArray[np.float32], view: SettledView, other: SettledView
) -> NDArray[np.float32]:
    """Return how far each pixel of a view moves to another view, (H, W, 2) pixels right and down.

    What lies in the background, at infinite depth, moves as its direction does. NaN where a point
    is behind the other camera. Whether something hides it there does not matter.

    Args:
        depth: (H, W) metres along the optical axis, of `view`.
    """
    height, width = depth.shape
    rows, columns = (index.ravel() for index in np.indices((height, width)))
    rays = pixel_rays(view.intrinsics, columns, rows)
    other_from_view = inverse_rigid(other.world_from_camera) @ np.asarray(view.world_from_camera)
    # Points times 1/depth: what is infinitely far is a direction, and projects alike.
    nearness = 1 / depth.ravel().astype(float)
    points = rays @ other_from_view[:3, :3].T + nearness[:, None] * other_from_view[:3, 3]
    along = np.where(points[:, 2] > 0, points[:, 2], np.nan)
    target, source = other.intrinsics, view.intrinsics
    right = target.fx * points[:, 0] / along + target.cx
    down = target.fy * points[:, 1] / along + target.cy
    here_right = source.fx * rays[:, 0] + source.cx
    here_down = source.fy * rays[:, 1] + source.cy
    moved = np.stack([right - here_right, down - here_down], axis=-1)
    flow: NDArray[np.float32] = moved.reshape(height, width, 2).astype(np.float32)
    return flow
