"""How bright Blender's physical sky is, and how a photographer would expose for it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .directions import on_sphere
from .light_spec import LightSpec, SkySpec

_ELEVATIONS = np.radians([0.0, 2.0, 5.0, 10.0, 20.0, 30.0, 45.0, 60.0, 75.0, 90.0])
_FLAT = np.array([0.35, 0.86, 2.35, 5.85, 13.6, 20.9, 30.7, 38.1, 42.8, 44.7])
_UPRIGHT = np.array([0.57, 5.7, 16.1, 27.5, 35.3, 35.8, 31.0, 22.9, 12.8, 1.8])
"""Radiance (luminance of RGB) of white surfaces under the sky at air 1 and dust 1: lying flat, and
standing towards the sun over black ground. Measured in Cycles; versions differ by up to 5 %,
and by more on walls that face a sun on the horizon."""
_WHITE = 1.6

_BEAM = np.array(
    [
        [0.6, 0.1, 0.0],
        [9.5, 3.3, 0.1],
        [22.4, 11.7, 2.5],
        [33.5, 22.1, 9.6],
        [41.5, 31.5, 19.8],
        [44.6, 35.4, 25.2],
        [46.7, 38.2, 29.4],
        [47.6, 39.4, 31.4],
        [48.0, 40.0, 32.4],
        [48.5, 40.5, 33.0],
    ]
)
"""Radiance (RGB) of a white surface that faces the sun, by the sun's disc alone; measured alike."""


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


def sun_lamp(sky: SkySpec, strength: float, rotation: float) -> LightSpec:
    """Return a lamp in place of the disc of a sky's sun, for engines that show none.

    It has the strength of the disc at air 1 and dust 1.

    Args:
        strength, rotation: of the environment; at rotation 0 the sun stands over +Y.
    """
    beam = np.array([np.interp(sky.sun_elevation, _ELEVATIONS, channel) for channel in _BEAM.T])
    r, g, b = (beam / beam.max()).tolist()
    return LightSpec(
        kind="sun",
        position=on_sphere(1.0, sky.sun_elevation, math.pi / 2 - rotation),
        target=(0.0, 0.0, 0.0),
        energy=math.pi * float(beam.max()) * sky.sun_intensity * sky.exposure * strength,
        color=(r, g, b),
        size_m=0.0,
        angle=sky.sun_size,
    )
