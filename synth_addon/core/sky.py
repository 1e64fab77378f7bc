"""How bright Blender's physical sky is, and how a photographer would expose for it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

_ELEVATIONS = np.radians([0.0, 2.0, 5.0, 10.0, 20.0, 30.0, 45.0, 60.0, 75.0, 90.0])
_FLAT = np.array([0.35, 0.86, 2.35, 5.85, 13.6, 20.9, 30.7, 38.1, 42.8, 44.7])
_UPRIGHT = np.array([0.57, 5.7, 16.1, 27.5, 35.3, 35.8, 31.0, 22.9, 12.8, 1.8])
"""Radiance (luminance of RGB) of white surfaces under the sky at air 1 and dust 1: lying flat, and
standing towards the sun over black ground. Measured in Cycles, equal on all versions to 2 %."""
_WHITE = 1.6


@dataclass(frozen=True)
class SkyExposure:
    """What a sky's radiance is multiplied with, and what white ground shows then."""

    factor: float
    white_ground: float


def sky_exposure(sun_elevation: float) -> SkyExposure:
    """Return how to expose for a sky whose sun stands at `sun_elevation` radians.

    The mean of white surfaces that lie flat and that face the sun becomes 1.6, which is bright
    and not yet clipped in AgX; so low suns give long shadows and dim ground, not a dark picture.
    """
    flat = float(np.interp(sun_elevation, _ELEVATIONS, _FLAT))
    upright = float(np.interp(sun_elevation, _ELEVATIONS, _UPRIGHT))
    factor = _WHITE / ((flat + math.hypot(flat, upright)) / 2)
    return SkyExposure(factor, flat * factor)
