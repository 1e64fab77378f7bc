"""Spheres."""

from __future__ import annotations

import numpy as np

from ..mesh import TriangleMesh
from .declaration import Shape, length
from .lathe import lathe

_RINGS = 32


def build_sphere(*, radius_m: float) -> TriangleMesh:
    """Return a sphere of 64 x 32 cells with every vertex on the surface; uvs as in `lathe`."""
    latitudes = np.linspace(-np.pi / 2, np.pi / 2, _RINGS + 1)
    profile = radius_m * np.stack([np.cos(latitudes), np.sin(latitudes)], axis=1)
    profile[[0, -1], 0] = 0.0
    return lathe(profile)


SPHERE = Shape(
    name="sphere",
    label="Sphere",
    help="Ball",
    parameters={"radius_m": length(0.05, "Radius", "Half the diameter")},
    build=build_sphere,
)
