"""Where a scene lies in instant-ngp's cube.

instant-ngp shows what lies in a cube of side ``aabb_scale`` around (0.5, 0.5, 0.5), a power of 2 up
to 128, and takes a world point to ``scale`` x point + ``offset``. Its own scripts put cameras at 4
units from the centre on average, at a scale of 0.33.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....annotation import FrameAnnotation
from ....transforms import Array, transform_points
from .points import world_points

_CAMERA_DISTANCE = 4 * 0.33
_LARGEST_AABB = 128
_STEP_PX = 8
"""Every eighth pixel of every eighth row shows how far a scene reaches."""


class Extent:
    """How far the views of one scene reach, in metres."""

    def __init__(self) -> None:
        self._cameras: list[Array] = []
        self._centers: list[Array] = []
        self._low = np.full(3, np.inf)
        self._high = np.full(3, -np.inf)

    def add(self, annotation: FrameAnnotation, depth: NDArray[np.float32] | None) -> None:
        """Add one view.

        Args:
            depth: (H, W) metres, not finite where there is nothing.
        """
        camera = np.array(annotation.world_from_camera)[:3, 3]
        self._cameras.append(camera)
        self._reach(camera[None])
        if not self._centers:
            self._centers = [
                transform_points(shown.world_from_object, [shown.box_3d.center])[0]
                for shown in annotation.objects
            ]
        if depth is not None:
            rows, columns = np.nonzero(np.isfinite(depth[::_STEP_PX, ::_STEP_PX]))
            self._reach(world_points(annotation, depth, rows * _STEP_PX, columns * _STEP_PX))

    def _reach(self, points: Array) -> None:
        self._low = np.minimum(self._low, points.min(axis=0, initial=np.inf))
        self._high = np.maximum(self._high, points.max(axis=0, initial=-np.inf))

    def cube(self) -> dict[str, Any]:
        """Return ``scale``, ``offset`` and ``aabb_scale``, with the objects in the middle."""
        center = np.mean(self._centers or self._cameras, axis=0)
        distance = float(np.mean(np.linalg.norm(self._cameras - center, axis=1)))
        scale = _CAMERA_DISTANCE / max(distance, 1e-3)
        half = scale * float(np.maximum(self._high - center, center - self._low).max())
        side = 2 ** math.ceil(math.log2(max(1.0, 2 * half)))
        return {
            "scale": scale,
            "offset": (0.5 - scale * center).tolist(),
            "aabb_scale": min(side, _LARGEST_AABB),
        }
