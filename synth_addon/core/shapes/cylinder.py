"""Solid cylinders."""

from __future__ import annotations

import numpy as np

from ..mesh import TriangleMesh
from .declaration import Shape, length
from .lathe import lathe
from .surface import centred


def build_cylinder(*, radius_m: float, height_m: float) -> TriangleMesh:
    """Return an upright cylinder; uvs as in `lathe`."""
    profile = [(0.0, 0.0), (radius_m, 0.0), (radius_m, height_m), (0.0, height_m)]
    return centred(lathe(np.array(profile)))


CYLINDER = Shape(
    name="cylinder",
    label="Cylinder",
    help="Upright round rod",
    parameters={
        "radius_m": length(0.04, "Radius", "Half the diameter"),
        "height_m": length(0.1, "Height", "Size along Z"),
    },
    build=build_cylinder,
)
