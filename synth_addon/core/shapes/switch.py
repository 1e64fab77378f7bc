"""Rocker switches for mounting on a wall."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..errors import Fault
from .assembly import Solid, assembled_shape
from .block import block, tray
from .declaration import ShapeParameter, check_at_most, count, length


def assemble_switch(
    *, width_m: float, depth_m: float, height_m: float, rockers: float, tilt_deg: float
) -> Iterator[Solid]:
    """Yield a frame that lies on its back and rockers in it, tilted to either side by turns."""
    least, number = min(width_m, depth_m), round(rockers)
    rim = 0.13 * least
    inner, across = width_m - 2 * rim, depth_m - 2 * rim
    frame = 0.96 * height_m - 0.5 * across * math.sin(math.radians(tilt_deg))
    yield tray(
        width_m, depth_m, frame, rim=rim, floor=0.3 * frame, corner=0.07 * least, edge=0.02 * least
    )
    wide = inner / number
    key = block(0.95 * wide, 0.95 * across, 0.3 * height_m, edge=0.03 * height_m)
    for i in range(number):
        tilted = key.turned("x", tilt_deg if i % 2 == 0 else -tilt_deg)
        top = tilted.mesh.bounds[1][2]
        yield tilted.at((i + 0.5) * wide - inner / 2, 0, height_m - top)
    yield block(0.9 * inner, 0.3 * across, 0.5 * frame).at(0, 0, 0.2 * frame)


def check_switch(
    *, width_m: float, depth_m: float, height_m: float, rockers: float, tilt_deg: float
) -> None:
    """Raise the `Fault` of proportions that do not go together; any number of rockers fits."""
    longest = 0.5 * height_m / math.sin(math.radians(tilt_deg))
    if depth_m > longest:
        raise Fault(
            f"a rocker tilted by tilt_deg {tilt_deg:g} stands too far out of height_m {height_m:g}",
            f"Set depth_m to at most {longest:g}, lower tilt_deg, or raise height_m",
        )
    check_at_most("height_m", height_m, width_m, "width_m")
    check_at_most("height_m", height_m, depth_m, "depth_m")


SWITCH = assembled_shape(
    name="switch",
    label="Switch",
    help="Wall switch that lies on its back, with tilted rockers",
    parameters={
        "width_m": length(0.08, "Width", "Size along X", low=0.01, high=0.5),
        "depth_m": length(0.08, "Depth", "Size along Y", low=0.01, high=0.5),
        "height_m": length(0.028, "Height", "Size along Z", low=4e-3, high=0.3),
        "rockers": count(2, "Rockers", "Number of rockers", low=1, high=6),
        "tilt_deg": ShapeParameter(6.0, 1.0, 20.0, "deg", "Tilt", "Slope of the rockers"),
    },
    assemble=assemble_switch,
    check=check_switch,
)
