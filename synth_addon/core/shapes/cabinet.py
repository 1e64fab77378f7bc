"""Cabinets."""

from __future__ import annotations

from collections.abc import Iterator

from .assembly import Solid, assembled_shape
from .block import block, leg
from .declaration import check_at_most, length

# Drawers above each other; lower fronts than would make more are made higher.
_MOST_ROWS = 12


def assemble_cabinet(
    *, width_m: float, depth_m: float, height_m: float, front_m: float, leg_m: float
) -> Iterator[Solid]:
    """Yield a closed cabinet that faces -y: body, top, feet, and fronts with bar handles.

    The front is divided evenly into drawers or doors about `front_m` high and half a metre to
    a metre wide.
    """
    scale = min(width_m, depth_m, height_m)
    top, front = min(0.025, 0.08 * scale), min(0.018, 0.06 * scale)
    grip = min(0.025, 0.06 * scale)
    body_depth = depth_m - front - grip
    y = depth_m / 2 - body_depth / 2
    body = height_m - leg_m - 0.6 * top
    inner = width_m - 2 * min(0.012, 0.02 * width_m)
    yield block(inner, body_depth - 0.2 * front, body).at(0, y, leg_m)
    yield block(width_m, depth_m - grip, top, edge=0.002).at(0, grip / 2, height_m - top)
    foot = 0.12 * scale
    for x in (inner / 2 - foot, foot - inner / 2):
        for z in (y - body_depth / 2 + foot, y + body_depth / 2 - foot):
            yield leg(0.6 * foot, 0.9 * foot, leg_m + 0.3 * top).at(x, z)
    yield from _fronts(inner, (leg_m, height_m - top), front_m, (front, grip, depth_m / 2))


def _fronts(
    width: float, heights: tuple[float, float], front: float, depths: tuple[float, float, float]
) -> Iterator[Solid]:
    """Yield drawers or doors, each with a handle that just reaches the cabinet's foremost plane."""
    low, high = heights
    thickness, grip, reach = depths
    rows = min(max(1, round((high - low) / front)), _MOST_ROWS)
    columns = max(1, round(width / max(0.6, 1.2 * front)))
    across, up = width / columns, (high - low) / rows
    gap = min(0.003, 0.03 * min(across, up))
    bar = min(0.3 * grip, 0.05 * up)
    for row in range(rows):
        z = low + row * up + gap
        for column in range(columns):
            x = (column + 0.5) * across - width / 2
            panel = block(across - 2 * gap, thickness, up - 2 * gap, edge=0.002)
            yield panel.at(x, grip + thickness / 2 - reach, z)
            length = 0.4 * across
            height = z + 0.75 * up
            yield block(length, bar, bar, edge=0.3 * bar).at(x, bar / 2 - reach, height)
            for end in (0.8, -0.8):
                stem = block(bar, grip, 0.8 * bar).at(x + end * length / 2, grip / 2 - reach)
                yield stem.at(0, 0.5 * bar, height + 0.1 * bar)


def check_cabinet(
    *, width_m: float, depth_m: float, height_m: float, front_m: float, leg_m: float
) -> None:
    """Raise the `Fault` of proportions that do not go together."""
    check_at_most("front_m", front_m, height_m, "height_m")
    check_at_most("leg_m", leg_m, 0.5 * height_m, "height_m")


CABINET = assembled_shape(
    name="cabinet",
    label="Cabinet",
    help="Closed cabinet with drawers or doors towards -Y; things stand on its top",
    parameters={
        "width_m": length(0.9, "Width", "Size along X", low=0.1, high=5),
        "depth_m": length(0.42, "Depth", "Size along Y", low=0.1, high=2),
        "height_m": length(0.8, "Height", "Size along Z", low=0.1, high=3),
        "front_m": length(0.24, "Fronts", "Height of a drawer or door", low=0.05, high=3),
        "leg_m": length(0.1, "Feet", "Height of the feet", low=0.01, high=1),
    },
    assemble=assemble_cabinet,
    check=check_cabinet,
)
