"""Normalised object coordinates: where on its object each pixel lies.

As in Wang et al., "Normalized Object Coordinate Space", 2019: the object's axis-aligned box is
centred in the unit cube and its diagonal has length 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .annotation import FrameAnnotation
from .camera import Intrinsics, pixel_rays
from .rendered_frame import RenderedFrame


def object_coordinates(
    frame: RenderedFrame, annotation: FrameAnnotation, intrinsics: Intrinsics
) -> NDArray[np.float32]:
    """Return the coordinates (H, W, 3) in 0..1 of each pixel on its object; zero for background.

    They follow from depth and poses, so they are as exact as the depth is.
    """
    ids, found = frame.instance_ids, np.zeros((*frame.depth.shape, 3), np.float32)
    for shown in annotation.objects:
        if not shown.visible_pixels:
            continue
        rows, columns = np.nonzero(ids == shown.instance_id)
        depth = frame.depth[rows, columns].astype(float)
        points = pixel_rays(intrinsics, columns, rows) * depth[:, None]
        pose = np.asarray(shown.camera_from_object)
        on_object = (points - pose[:3, 3]) @ pose[:3, :3]
        size = np.linalg.norm(shown.box_3d.size)
        coordinates = (on_object - np.asarray(shown.box_3d.center)) / size + 0.5
        found[rows, columns] = np.clip(coordinates, 0, 1)
    return found
