"""Chairs."""

from __future__ import annotations

from collections.abc import Iterator

from .assembly import Solid, assembled_shape
from .block import block, leg
from .declaration import check_at_most, length

# Slats of the back, and how much of the depth its upper end leans back.
_SLATS = 3
_LEAN = 0.14


def assemble_chair(
    *, width_m: float, depth_m: float, height_m: float, seat_height_m: float, leg_m: float
) -> Iterator[Solid]:
    """Yield a chair that faces -y: seat, legs, posts that lean back, and slats between them."""
    lean = _LEAN * depth_m
    seat = min(0.045, 0.1 * seat_height_m)
    rear = depth_m / 2 - lean
    below = seat_height_m - 0.6 * seat
    side = width_m / 2 - 0.7 * leg_m
    yield block(
        width_m, depth_m - lean, seat, edge=0.4 * seat, corner=0.06 * width_m, crown=0.2 * seat
    ).at(0, -lean / 2, seat_height_m - seat)
    for x in (side, -side):
        yield leg(0.7 * leg_m, leg_m, below).at(x, -depth_m / 2 + 0.7 * leg_m)
        yield leg(0.7 * leg_m, leg_m, below).at(x, rear - 0.7 * leg_m)
    yield from _back(side, (rear, lean), (below, height_m), leg_m)
    rail = block(0.5 * leg_m, depth_m - lean - 1.4 * leg_m, 0.7 * leg_m)
    for x in (side, -side):
        yield rail.at(x, -lean / 2, 0.4 * seat_height_m)
    yield block(2 * side, 0.5 * leg_m, 0.7 * leg_m).at(0, -lean / 2, 0.41 * seat_height_m)


def _back(
    side: float, slope: tuple[float, float], heights: tuple[float, float], thickness: float
) -> Iterator[Solid]:
    """Yield the posts above the rear legs and the slats between them."""
    (rear, lean), (low, high) = slope, heights
    top = 0.7 * thickness
    # The post's upper end just reaches the chair's rear.
    start, reach = rear - 0.7 * thickness, lean + 0.7 * thickness - top / 2
    for x in (side, -side):
        yield leg(thickness, top, high - low, lean=(0, reach)).at(x, start, low)
    slat = 0.55 * (high - low) / (_SLATS + 1.5)
    for i in range(_SLATS):
        share = 0.92 - i * 1.5 * slat / (high - low)
        z = low + share * (high - low)
        y = start + share * reach
        yield block(2 * side, 0.4 * thickness, slat, edge=0.002).at(0, y, z - slat)


def check_chair(
    *, width_m: float, depth_m: float, height_m: float, seat_height_m: float, leg_m: float
) -> None:
    """Raise the `Fault` of proportions that do not go together."""
    check_at_most("seat_height_m", seat_height_m, 0.8 * height_m, "height_m")
    check_at_most("leg_m", leg_m, 0.2 * seat_height_m, "seat_height_m")
    check_at_most("leg_m", leg_m, 0.2 * width_m, "width_m")
    check_at_most("leg_m", leg_m, 0.14 * depth_m, "depth_m")


CHAIR = assembled_shape(
    name="chair",
    label="Chair",
    help="Chair with a slatted back that faces -Y; things lie on its seat",
    parameters={
        "width_m": length(0.44, "Width", "Size along X", low=0.1, high=2),
        "depth_m": length(0.5, "Depth", "Size along Y", low=0.1, high=2),
        "height_m": length(0.88, "Height", "Size along Z", low=0.2, high=3),
        "seat_height_m": length(0.45, "Seat Height", "Top of the seat", low=0.1, high=2),
        "leg_m": length(0.036, "Legs", "Thickness of the legs", low=5e-3, high=0.2),
    },
    assemble=assemble_chair,
    check=check_chair,
)
