"""From where cameras look."""

from __future__ import annotations

import math

import numpy as np

from ..annotation import FrameAnnotation
from .histograms import Bins, Histogram
from .sphere_coverage import SphereCoverage

ELEVATION = Bins(-90.0, 90.0, 36)
AZIMUTH = Bins(-180.0, 180.0, 36)


class CameraStatistics:
    """The cameras of all frames.

    A camera stands where its viewing axis, followed backwards, points: a camera that looks straight
    down has an elevation of 90 degrees.

    Attributes:
        directions: against the viewing axis, world frame.
        elevation, azimuth: of these directions, degrees.
    """

    def __init__(self) -> None:
        self.directions = SphereCoverage()
        self.elevation = Histogram(ELEVATION)
        self.azimuth = Histogram(AZIMUTH)

    def add(self, annotation: FrameAnnotation) -> None:
        """Count the camera of one frame."""
        back = -np.array(annotation.world_from_camera)[:3, 2]
        self.directions.add(back)
        self.elevation.add(math.degrees(math.asin(float(np.clip(back[2], -1.0, 1.0)))))
        self.azimuth.add(math.degrees(math.atan2(float(back[1]), float(back[0]))))
