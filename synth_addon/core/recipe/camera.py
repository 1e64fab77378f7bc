"""Ranges of the views taken of every settled scene."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from .camera_problems import WIDEST_FOV_DEG, camera_problems
from .fields import Number, Section, number, parameter
from .motion_blur import MotionBlurRecipe
from .problems import Contradictions

Row = tuple[float, float, float]


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
    intrinsics_file: str | None = parameter(
        None,
        min_length=1,
        label="Intrinsics File",
        help="A camera.json of the BOP format, relative to the recipe; sets matrix and image size",
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
    off_center: Number = number(
        0,
        low=0,
        high=1,
        label="Off Center",
        help="How far the point looked at lies from the principal point, in a random direction, "
        "as a share of half the image",
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
    elevation_by: Literal["angle", "area"] = parameter(
        "angle",
        label="Elevation By",
        help="Whether a uniform elevation_deg has equal chances for equal angles, which crowds "
        "cameras near the zenith, or for equal areas of the sphere",
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
        1,
        ge=0,
        le=1000,
        label="Visible Targets",
        help="Views that show fewer targets are drawn again",
    )
    min_visible: float = parameter(
        0.1,
        ge=0,
        le=1,
        label="Visible Share",
        help="A target counts for min_targets when this share of it is visible, inside the image "
        "and not hidden, estimated by casting rays; a few pixels in any case",
    )
    min_distance_m: float = parameter(
        0.05,
        ge=0,
        le=1e3,
        unit="m",
        label="Clearance",
        help="Least distance to any surface of objects and furniture",
    )
    max_tries: int = parameter(
        100, ge=1, le=10000, label="Tries", help="Draws of a view before the scene is given up"
    )
    f_stop: Number | None = number(
        None,
        low=0.1,
        high=128,
        label="F-Stop",
        help="Focal length over aperture, with sensor_width_mm; without it everything is sharp",
    )
    blades: Number = number(
        0,
        low=0,
        high=16,
        whole=True,
        label="Blades",
        help="Sides of the aperture; fewer than 3 make it round",
    )
    focus_m: Number | None = number(
        None,
        low=1e-3,
        high=1e4,
        unit="m",
        label="Focus Distance",
        help="Depth that is sharp; without it, that of the center of what is looked at",
    )
    motion_blur: MotionBlurRecipe = parameter(
        MotionBlurRecipe(), label="Motion Blur", help="Motion while the shutter is open"
    )

    @model_validator(mode="after")
    def _possible(self) -> CameraRecipe:
        problems = list(camera_problems(self))
        if problems:
            raise Contradictions(problems)
        return self
