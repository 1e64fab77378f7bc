"""Directions and points on spheres; z is up, angles are radians."""

from __future__ import annotations

import math

from .spec import Vector


def on_sphere(radius: float, elevation: float, azimuth: float) -> Vector:
    """Return the point at `radius` metres, `elevation` above the xy plane."""
    horizontal = radius * math.cos(elevation)
    return (
        horizontal * math.cos(azimuth),
        horizontal * math.sin(azimuth),
        radius * math.sin(elevation),
    )
