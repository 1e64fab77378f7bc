"""Rings."""

from __future__ import annotations

import numpy as np

from ..errors import Fault
from ..mesh import TriangleMesh
from .declaration import Shape, length
from .lathe import lathe

_TUBE_SEGMENTS = 32


def build_torus(*, radius_m: float, tube_radius_m: float) -> TriangleMesh:
    """Return a ring that lies flat, of 64 x 32 cells; uvs as in `lathe`.

    Raises:
        Fault: the tube would close the hole.
    """
    if tube_radius_m >= radius_m:
        raise Fault(
            f"tube_radius_m {tube_radius_m:g} leaves no hole in a ring of radius_m {radius_m:g}",
            f"Set tube_radius_m below {radius_m:g}, or raise radius_m",
        )
    angles = 2 * np.pi * np.arange(_TUBE_SEGMENTS) / _TUBE_SEGMENTS
    tube = tube_radius_m * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return lathe(tube + np.array([radius_m, 0.0]), closed=True)


TORUS = Shape(
    name="torus",
    label="Torus",
    help="Ring that lies flat",
    parameters={
        "radius_m": length(0.05, "Radius", "From the centre to the middle of the tube"),
        "tube_radius_m": length(0.015, "Tube Radius", "Half the thickness of the tube"),
    },
    build=build_torus,
)
