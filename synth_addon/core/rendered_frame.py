"""What a renderer returns for one view."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class RenderedFrame:
    """The arrays of one view; H and W are the image's height and width.

    Attributes:
        rgb: (H, W, 3) uint8, as displayed (after the view transform).
        depth: (H, W) float32, metres along the optical axis through each pixel's centre; inf
            where nothing was hit.
        normals: (H, W, 3) float32 unit vectors in the camera frame (OpenCV axes); zero where
            nothing was hit.
        instance_ids: (H, W) uint16, the object at each pixel's centre; 0 is background.
        coverage: (H, W) float32 in 0..1, the share of the pixel that the object named in
            `instance_ids` covers, or None where the renderer cannot tell.
        background_ids: (H, W) uint16, what the pixel's centre shows of the scene's fixtures and
            then surfaces, counted from 1; 0 is an object or nothing. None where not asked for.
        albedo: (H, W, 3) uint8, sRGB: the surfaces' own colour without light and shadow, or None
            where not asked for.
    """

    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    normals: NDArray[np.float32]
    instance_ids: NDArray[np.uint16]
    coverage: NDArray[np.float32] | None = None
    background_ids: NDArray[np.uint16] | None = None
    albedo: NDArray[np.uint8] | None = None
