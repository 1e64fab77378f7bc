"""Rings."""

from __future__ import annotations

import numpy as np

from ..errors import Fault
from ..mesh import TriangleMesh
from ..transforms import Array
from .declaration import Shape, length
from .lathe import lathe
from .pieces import Pieces, revolved_pieces

_TUBE_SEGMENTS = 32


def build_torus(*, radius_m: float, tube_radius_m: float) -> TriangleMesh:
    """Return a ring that lies flat, of 64 x 32 cells; uvs as in `lathe`.

    Raises:
        Fault: the tube would close the hole.
    """
    check_torus(radius_m=radius_m, tube_radius_m=tube_radius_m)
    return lathe(_section(radius_m, tube_radius_m), closed=True)


def torus_pieces(*, radius_m: float, tube_radius_m: float) -> Pieces:
    """Return lengths of tube all around.

    Raises:
        Fault: as `build_torus` does.
    """
    check_torus(radius_m=radius_m, tube_radius_m=tube_radius_m)
    return revolved_pieces(_section(radius_m, tube_radius_m))


def check_torus(*, radius_m: float, tube_radius_m: float) -> None:
    """Raise the `Fault` of a tube that would close the hole."""
    if tube_radius_m >= radius_m:
        raise Fault(
            f"tube_radius_m {tube_radius_m:g} leaves no hole in a ring of radius_m {radius_m:g}",
            f"Set tube_radius_m below {radius_m:g}, or raise radius_m",
        )


def _section(radius: float, tube_radius: float) -> Array:
    angles = 2 * np.pi * np.arange(_TUBE_SEGMENTS) / _TUBE_SEGMENTS
    tube = tube_radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.asarray(tube + np.array([radius, 0.0]))


TORUS = Shape(
    name="torus",
    label="Torus",
    help="Ring that lies flat",
    parameters={
        "radius_m": length(0.05, "Radius", "From the centre to the middle of the tube"),
        "tube_radius_m": length(0.015, "Tube Radius", "Half the thickness of the tube"),
    },
    build=build_torus,
    check=check_torus,
    convex_parts=torus_pieces,
)
