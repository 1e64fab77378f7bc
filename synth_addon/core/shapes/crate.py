"""Open boxes that parts are stored and picked from."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import Fault
from .assembly import Solid, assembled_shape
from .block import tray
from .declaration import length

# What the walls must leave free inside.
_LEAST_WELL = 0.01


def _assemble(*, width_m: float, depth_m: float, height_m: float, wall_m: float) -> Iterable[Solid]:
    corner = 0.06 * min(width_m, depth_m)
    yield tray(width_m, depth_m, height_m, rim=wall_m, floor=wall_m, corner=corner)


def _check(*, width_m: float, depth_m: float, height_m: float, wall_m: float) -> None:
    thickest = min((width_m - _LEAST_WELL) / 2, (depth_m - _LEAST_WELL) / 2, height_m / 2)
    if wall_m > thickest:
        raise Fault(
            f"wall_m {wall_m:g} is too thick for a crate of {width_m:g} by {depth_m:g} by "
            f"{height_m:g}",
            f"Set wall_m to at most {thickest:g}, or make the crate larger",
        )


CRATE = assembled_shape(
    name="crate",
    label="Crate",
    help="Open box with upright walls, such as a bin that parts are picked from",
    parameters={
        "width_m": length(0.4, "Width", "Size along X", low=0.05, high=2.0),
        "depth_m": length(0.3, "Depth", "Size along Y", low=0.05, high=2.0),
        "height_m": length(0.12, "Height", "Size along Z", low=0.02, high=1.0),
        "wall_m": length(0.006, "Wall", "Thickness of walls and floor", low=0.002, high=0.1),
    },
    assemble=_assemble,
    check=_check,
)
