"""World points from depth maps, and clouds of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ....annotation import FrameAnnotation
from ....camera import Intrinsics, pixel_rays
from ....random_streams import random_stream
from ....transforms import Array, transform_points

_HEADER = """ply
format binary_little_endian 1.0
element vertex {count}
property float x
property float y
property float z
property uchar red
property uchar green
property uchar blue
end_header
"""
VERTEX = np.dtype([("position", "<f4", 3), ("color", "u1", 3)])
"""A vertex of the file: metres in the world frame, and 8-bit RGB as displayed."""


def world_points(
    annotation: FrameAnnotation,
    depth: NDArray[np.float32],
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
) -> Array:
    """Return what the centres of pixels show, (N, 3) metres in the world frame.

    Args:
        depth: (H, W) metres along the optical axis, finite at these pixels.
        rows, columns: (N,), of the pixels.
    """
    (fx, _, cx), (_, fy, cy), _ = annotation.camera_matrix
    camera = Intrinsics(
        width=annotation.width, height=annotation.height, fx=fx, fy=fy, cx=cx, cy=cy
    )
    along = depth[rows, columns].astype(float)[:, None]
    in_camera = pixel_rays(camera, columns, rows) * along
    return transform_points(annotation.world_from_camera, in_camera)


class PointCloud:
    """Points of one scene, drawn from its views in equal numbers.

    Attributes:
        wanted: how many at most; fewer where views are left out or show too little.
    """

    def __init__(self, wanted: int, views: int) -> None:
        self.wanted = wanted
        self._views = views
        self._drawn: list[NDArray[np.void]] = []

    def add(
        self,
        annotation: FrameAnnotation,
        depth: NDArray[np.float32],
        rgb: NDArray[np.uint8],
    ) -> None:
        """Draw the points of one view, from a stream of its own.

        Args:
            depth: (H, W) metres, not finite where there is nothing.
            rgb: (H, W, 3), the picture.
        """
        view = annotation.view
        share = self.wanted * (view + 1) // self._views - self.wanted * view // self._views
        shown = np.flatnonzero(np.isfinite(depth))
        stream = random_stream(annotation.seed, annotation.scene, f"point cloud of view {view}")
        chosen = np.sort(stream.choice(shown, min(share, len(shown)), replace=False))
        rows, columns = np.divmod(chosen, annotation.width)
        vertices = np.empty(len(chosen), VERTEX)
        vertices["position"] = world_points(annotation, depth, rows, columns)
        vertices["color"] = rgb[rows, columns]
        self._drawn.append(vertices)

    def ply(self) -> bytes:
        """Return all points as a binary PLY file."""
        header = _HEADER.format(count=sum(map(len, self._drawn))).encode("ascii")
        return header + b"".join(vertices.tobytes() for vertices in self._drawn)
