"""Which values of a camera do not go together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..distributions import Constant, Distribution, Uniform, plain
from ..errors import Problem
from .problems import shown

if TYPE_CHECKING:
    from .camera import CameraRecipe

Row = tuple[float, float, float]

WIDEST_FOV_DEG = 170
"""Blender's shortest lens sees a little more; it would silently take that for a shorter one."""


def camera_problems(camera: CameraRecipe) -> Iterator[Problem]:
    """Yield a problem for each contradiction, with paths relative to the camera's section."""
    if camera.clip_start_m >= camera.clip_end_m:
        message = f"not below clip_end_m {plain(camera.clip_end_m)}"
        remedy = "Lower it or raise clip_end_m"
        yield Problem("clip_start_m", plain(camera.clip_start_m), message, remedy)
    if camera.intrinsics_file is not None:
        message = "is read only when a recipe is loaded from a file"
        yield Problem("intrinsics_file", shown(camera.intrinsics_file), message, "Set matrix")
    if camera.matrix is not None:
        yield from _matrix_problems(camera, camera.matrix)
    elif camera.focal_mm is not None:
        yield from _focal_problems(camera, camera.focal_mm)
    elevation = camera.elevation_deg
    if camera.elevation_by == "area" and not isinstance(elevation, Uniform | Constant):
        message = "needs a uniform elevation_deg"
        remedy = 'Write elevation_deg as {"uniform": [low, high]}, or elevation_by as "angle"'
        yield Problem("elevation_by", shown(camera.elevation_by), message, remedy)
    if camera.f_stop is None and camera.focus_m is not None:
        message, remedy = "nothing is out of focus without f_stop", "Set f_stop, or remove it"
        yield Problem("focus_m", shown(camera.focus_m.to_json()), message, remedy)


_MATRIX_FORM = "Write [[fx,0,cx],[0,fy,cy],[0,0,1]]"
_WIDEST = 2 * math.tan(math.radians(WIDEST_FOV_DEG) / 2)
_FARTHEST_SHIFT = 2.5


def _matrix_problems(camera: CameraRecipe, matrix: tuple[Row, Row, Row]) -> Iterator[Problem]:
    """Demand of a matrix what the limits of fov_deg, shift and pixel_aspect demand."""
    (fx, skew, cx), (zero, fy, cy), last = matrix
    found = shown(matrix)
    if min(fx, fy) <= 0 or skew or zero or last != (0.0, 0.0, 1.0):
        yield Problem("matrix", found, "no camera matrix without skew", _MATRIX_FORM)
        return
    if camera.focal_mm is not None:
        yield Problem("matrix", found, "contradicts focal_mm", "Keep one of the two")
    least = camera.width_px / _WIDEST
    if not least <= fx <= 1000 * camera.width_px:
        message = f"fx {plain(fx)} does not go with images of {camera.width_px} pixels"
        yield Problem("matrix", found, message, f"Stay within {least:.4g} and 1000 times the width")
    if not 0.1 <= fx / fy <= 10:
        yield Problem("matrix", found, "fx and fy are too different", "Stay within a factor of 10")
    reach = _FARTHEST_SHIFT * camera.width_px
    if max(abs(cx - camera.width_px / 2), abs(cy - camera.height_px / 2)) > reach:
        message = "the principal point is too far outside the image"
        yield Problem("matrix", found, message, f"Stay within {plain(reach)} pixels of its centre")


def _focal_problems(camera: CameraRecipe, focal: Distribution) -> Iterator[Problem]:
    least, shortest = focal.support()[0], camera.sensor_width_mm / _WIDEST
    if least < shortest:
        message = f"sees more than {WIDEST_FOV_DEG} degrees with a sensor of this width"
        remedy = f"Stay above {shortest:.4g} mm, or lower sensor_width_mm"
        yield Problem("focal_mm", shown(focal.to_json()), message, remedy)
