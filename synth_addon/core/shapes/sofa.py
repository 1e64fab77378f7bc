"""Sofas and armchairs."""

from __future__ import annotations

from collections.abc import Iterator

from .assembly import Solid, assembled_shape
from .block import block, leg
from .declaration import check_at_most, length

# A seat is about this wide.
_SEAT = 0.62


def assemble_sofa(
    *, width_m: float, depth_m: float, height_m: float, seat_height_m: float, arm_m: float
) -> Iterator[Solid]:
    """Yield a sofa that faces -y: base, arms, back, feet and cushions, all with soft edges."""
    foot = 0.14 * seat_height_m
    inner = width_m - 2 * arm_m
    back = 0.26 * depth_m
    cushion = 0.42 * seat_height_m
    base = seat_height_m - 0.9 * cushion - foot
    soft = 0.35 * min(arm_m, cushion)
    yield block(width_m - 0.5 * arm_m, 0.96 * depth_m, base, edge=0.2 * soft).at(0, 0, foot)
    arm_height = seat_height_m + 0.4 * (height_m - seat_height_m)
    for side in (1, -1):
        arm = block(arm_m, depth_m, arm_height - foot, edge=soft, crown=0.1 * soft)
        yield arm.at(side * (width_m - arm_m) / 2, 0, foot)
    rest = block(
        inner + 0.6 * arm_m, 0.6 * back, height_m - foot, edge=min(soft, 0.1 * back), crown=0.005
    )
    yield rest.at(0, (depth_m - 0.62 * back) / 2, foot)
    yield from _cushions(inner, (depth_m, back), (seat_height_m, height_m), cushion)
    stand = max(0.6 * arm_m, 0.6 * foot)
    for x in (width_m / 2 - stand, stand - width_m / 2):
        for y in (0.4 * depth_m, -0.4 * depth_m):
            yield leg(0.5 * foot, 0.8 * foot, 1.2 * foot).at(x, y)


def _cushions(
    width: float, depths: tuple[float, float], heights: tuple[float, float], thickness: float
) -> Iterator[Solid]:
    """Yield the cushions to sit on and those that lean against the back."""
    depth, back = depths
    seat_height, height = heights
    seats = max(1, round(width / _SEAT))
    across = width / seats
    front = depth - 0.55 * back
    # The cushions behind reach a little into those to sit on, and end below the back's top.
    tall = min(0.92 * (height - seat_height) - 0.07 * back, 1.1 * across) + 0.2 * thickness
    soft = 0.4 * thickness
    for i in range(seats):
        x = (i + 0.5) * across - width / 2
        seat = block(0.985 * across, front, thickness, edge=soft, crown=0.14 * thickness)
        yield seat.at(x, (front - 0.985 * depth) / 2, seat_height - thickness)
        lower = block(0.96 * across, tall, 0.6 * back, edge=0.25 * back, crown=0.15 * back)
        y = depth / 2 - 0.5 * back
        yield lower.turned("x", 84).at(x, y, seat_height - 0.2 * thickness + tall / 2)


def check_sofa(
    *, width_m: float, depth_m: float, height_m: float, seat_height_m: float, arm_m: float
) -> None:
    """Raise the `Fault` of proportions that do not go together."""
    check_at_most("seat_height_m", seat_height_m, 0.75 * height_m, "height_m")
    check_at_most("seat_height_m", seat_height_m, 0.9 * depth_m, "depth_m")
    check_at_most("depth_m", depth_m, 2.5 * height_m, "height_m")
    check_at_most("arm_m", arm_m, 0.25 * width_m, "width_m")


SOFA = assembled_shape(
    name="sofa",
    label="Sofa",
    help="Sofa or armchair with cushions that faces -Y; things lie on its seats",
    parameters={
        "width_m": length(1.9, "Width", "Size along X", low=0.4, high=6),
        "depth_m": length(0.9, "Depth", "Size along Y", low=0.3, high=3),
        "height_m": length(0.82, "Height", "Size along Z", low=0.2, high=2),
        "seat_height_m": length(0.42, "Seat Height", "Top of the seats", low=0.1, high=1),
        "arm_m": length(0.17, "Arms", "Width of each arm", low=0.02, high=1),
    },
    assemble=assemble_sofa,
    check=check_sofa,
)
