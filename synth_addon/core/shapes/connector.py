"""Terminal blocks: rows of poles with a screw on top and a hole for the wire in front."""

from __future__ import annotations

from collections.abc import Iterator

from .assembly import Solid, assembled_shape, convex, lathed
from .block import block, welled_block
from .declaration import check_at_most, count, length


def assemble_connector(
    *, pitch_m: float, poles: float, depth_m: float, height_m: float
) -> Iterator[Solid]:
    """Yield the foot, and for each pole a tower with a screw and a front with a hole.

    The convex pieces fill the holes, into which nothing falls.
    """
    number = round(poles)
    low, front = 0.52 * height_m, 0.3 * depth_m
    width = number * pitch_m
    ear = 0.3 * pitch_m
    yield block(width + 2 * ear, depth_m, 0.16 * height_m, edge=0.0006)
    for i in range(number):
        x = (i + 0.5 - number / 2) * pitch_m
        yield from _pole(pitch_m, (depth_m, front), (low, height_m), x)
    wall = 0.12 * pitch_m
    for i in range(number + 1):
        x = (i - number / 2) * pitch_m
        fin = block(wall, 0.5 * depth_m, 0.86 * height_m, edge=0.2 * wall)
        yield fin.at(x, 0.24 * depth_m, 0.08 * height_m)


def _pole(
    pitch: float, depths: tuple[float, float], heights: tuple[float, float], x: float
) -> Iterator[Solid]:
    (depth, front), (low, height) = depths, heights
    side = 0.96 * pitch
    tower = 0.55 * (depth - front)
    foot = 0.1 * height
    radius = 0.36 * min(side, tower)
    back = depth / 2 - 0.62 * (depth - front)
    shaft = welled_block(
        side, tower, height - foot, radius=radius, floor=0.66 * height - foot, corner=0.08 * side
    )
    yield convex(shaft.mesh).at(x, back, foot)
    yield _screw(0.86 * radius, 0.2 * height).at(x, back, 0.62 * height)
    yield block(0.93 * side, 0.9 * depth, 0.97 * (low - foot), edge=0.0004).at(x, 0, foot)
    hole = 0.34 * min(side, low - foot)
    mouth = welled_block(
        0.98 * side, 0.98 * (low - foot), front, radius=hole, floor=0.25 * front, corner=0.1 * side
    )
    # Turned so that the well opens to the front, a little behind the edge of the foot.
    front_y = front - 0.48 * depth
    yield convex(mouth.mesh).turned("x", 90).at(x, front_y, foot + (low - foot) / 2)


def _screw(radius: float, height: float) -> Solid:
    """Return a screw's head with a raised bar, where the slot would be."""
    profile = [(0.0, 0.0), (radius, 0.0), (radius, 0.75 * height), (0.8 * radius, height)]
    return lathed([*profile, (0.0, height)], segments=32)


def check_connector(*, pitch_m: float, poles: float, depth_m: float, height_m: float) -> None:
    """Raise the `Fault` of proportions that do not go together; any number of poles fits."""
    check_at_most("pitch_m", pitch_m, 1.5 * depth_m, "depth_m")
    check_at_most("pitch_m", pitch_m, 1.5 * height_m, "height_m")


CONNECTOR = assembled_shape(
    name="connector",
    label="Connector",
    help="Terminal block with screws on top and wire holes towards -Y",
    parameters={
        "pitch_m": length(0.011, "Pitch", "Width of a pole", low=3e-3, high=0.1),
        "poles": count(4, "Poles", "Number of poles", low=1, high=16),
        "depth_m": length(0.026, "Depth", "Size along Y", low=5e-3, high=0.3),
        "height_m": length(0.028, "Height", "Size along Z", low=5e-3, high=0.3),
    },
    assemble=assemble_connector,
    check=check_connector,
)
