"""Ranges of the views taken of every settled scene."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

from pydantic import model_validator

from ..distributions import Distribution, plain
from ..errors import Problem
from .fields import Number, Section, number, parameter
from .problems import Contradictions, shown

Row = tuple[float, float, float]

WIDEST_FOV_DEG = 170
"""Blender's shortest lens sees a little more; it would silently take that for a shorter one."""


class CameraRecipe(Section):
    """Cameras on a hemisphere shell around what they look at."""

    width_px: int = parameter(640, ge=8, le=16384, unit="px", label="Width", help="Image width")
    height_px: int = parameter(480, ge=8, le=16384, unit="px", label="Height", help="Image height")
    fov_deg: Number = number(
        50,
        low=1,
        high=WIDEST_FOV_DEG,
        unit="deg",
        label="Field of View",
        help="Horizontal angle of view",
    )
    focal_mm: Number | None = number(
        None, low=1, high=5000, unit="mm", label="Focal Length", help="Used instead of the angle"
    )
    sensor_width_mm: float = parameter(
        36.0, gt=0, le=1000, unit="mm", label="Sensor Width", help="Goes with the focal length"
    )
    matrix: tuple[Row, Row, Row] | None = parameter(
        None,
        label="Camera Matrix",
        help="K in pixels, principal point from the image's top-left corner; used instead of lens, "
        "shift and pixel aspect",
    )
    shift_x: Number = number(
        0, low=-2, high=2, label="Shift X", help="Lens shift as a share of the image width"
    )
    shift_y: Number = number(
        0, low=-2, high=2, label="Shift Y", help="Lens shift as a share of the image width"
    )
    pixel_aspect: float = parameter(
        1.0, ge=0.1, le=10, label="Pixel Aspect", help="Height of a pixel over its width"
    )
    look_at: Literal["target", "object", "center"] = parameter(
        "target", label="Look At", help="A random target, any random object, or a fixed point"
    )
    center_m: Row = parameter(
        (0.0, 0.0, 0.0), unit="m", label="Center", help="The fixed point looked at"
    )
    look_at_jitter_m: Number = number(
        {"uniform": [0, 0.05]},
        low=0,
        high=1e3,
        unit="m",
        label="Look-At Jitter",
        help="How far, in a random direction, the view is led away from what it looks at",
    )
    radius_m: Number = number(
        {"uniform": [0.6, 1.2]},
        low=1e-3,
        high=1e4,
        unit="m",
        label="Distance",
        help="From the camera to what it looks at",
    )
    elevation_deg: Number = number(
        {"uniform": [15, 70]},
        low=-90,
        high=90,
        unit="deg",
        label="Elevation",
        help="Angle above the horizon",
    )
    azimuth_deg: Number = number(
        {"uniform": [0, 360]}, low=-360, high=720, unit="deg", label="Azimuth", help="Around Z"
    )
    roll_deg: Number = number(
        0, low=-180, high=180, unit="deg", label="Roll", help="Turn about the viewing axis"
    )
    clip_start_m: float = parameter(
        0.01, gt=0, le=100, unit="m", label="Clip Start", help="Nothing nearer is rendered"
    )
    clip_end_m: float = parameter(
        100.0, gt=0, le=1e6, unit="m", label="Clip End", help="Nothing farther is rendered"
    )
    min_targets: int = parameter(
        1, ge=0, le=1000, label="Targets in Frame", help="Views with fewer are drawn again"
    )
    min_distance_m: float = parameter(
        0.05, ge=0, le=1e3, unit="m", label="Clearance", help="Least distance to any object"
    )
    max_tries: int = parameter(
        100, ge=1, le=10000, label="Tries", help="Draws of a view before the scene is given up"
    )

    @model_validator(mode="after")
    def _possible(self) -> CameraRecipe:
        problems: list[Problem] = []
        if self.clip_start_m >= self.clip_end_m:
            message = f"not below clip_end_m {plain(self.clip_end_m)}"
            remedy = "Lower it or raise clip_end_m"
            problems.append(Problem("clip_start_m", plain(self.clip_start_m), message, remedy))
        if self.matrix is not None:
            problems += _matrix_problems(self, self.matrix)
        elif self.focal_mm is not None:
            problems += _focal_problems(self, self.focal_mm)
        if problems:
            raise Contradictions(problems)
        return self


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
