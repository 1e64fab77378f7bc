"""Solid cones."""

from __future__ import annotations

import numpy as np

from ..mesh import TriangleMesh
from .declaration import Shape, length
from .lathe import lathe
from .surface import centred


def build_cone(*, radius_m: float, height_m: float) -> TriangleMesh:
    """Return a cone with its tip up; uvs as in `lathe`."""
    return centred(lathe(np.array([(0.0, 0.0), (radius_m, 0.0), (0.0, height_m)])))


CONE = Shape(
    name="cone",
    label="Cone",
    help="Round cone with its tip up",
    parameters={
        "radius_m": length(0.05, "Radius", "Half the diameter of the base"),
        "height_m": length(0.1, "Height", "Size along Z"),
    },
    build=build_cone,
)
