"""Tables."""

from __future__ import annotations

from collections.abc import Iterator

from .assembly import Solid, assembled_shape
from .block import block, leg
from .declaration import check_at_most, length


def assemble_table(
    *, width_m: float, depth_m: float, height_m: float, top_m: float, leg_m: float
) -> Iterator[Solid]:
    """Yield a table's top, four tapered legs and the frame between them."""
    under = height_m - top_m
    # Parts reach into each other, so that no two faces lie in one plane.
    inside = 0.3 * top_m
    yield block(width_m, depth_m, top_m, edge=0.003, corner=0.012).at(z=under)
    overhang = 0.35 * leg_m
    x, y = width_m / 2 - overhang - leg_m / 2, depth_m / 2 - overhang - leg_m / 2
    for side_x, side_y in ((1, 1), (-1, 1), (-1, -1), (1, -1)):
        lean = (0.15 * leg_m * side_x, 0.15 * leg_m * side_y)
        foot = leg(0.7 * leg_m, leg_m, under + inside, lean=lean)
        yield foot.at(side_x * x - lean[0], side_y * y - lean[1])
    board, rail = 0.4 * leg_m, min(0.12 * height_m, 1.6 * leg_m)
    for side in (1, -1):
        yield block(2 * x, board, rail + inside).at(0, side * y, under - rail)
        yield block(board, 2 * y, rail + 0.9 * inside).at(side * x, 0, under - rail)


def check_table(
    *, width_m: float, depth_m: float, height_m: float, top_m: float, leg_m: float
) -> None:
    """Raise the `Fault` of proportions that do not go together."""
    check_at_most("top_m", top_m, 0.25 * height_m, "height_m")
    check_at_most("leg_m", leg_m, 0.25 * height_m, "height_m")
    check_at_most("leg_m", leg_m, 0.25 * width_m, "width_m")
    check_at_most("leg_m", leg_m, 0.25 * depth_m, "depth_m")


TABLE = assembled_shape(
    name="table",
    label="Table",
    help="Table with four legs; things stand on its top",
    parameters={
        "width_m": length(1.2, "Width", "Size along X", low=0.2, high=5),
        "depth_m": length(0.75, "Depth", "Size along Y", low=0.2, high=5),
        "height_m": length(0.74, "Height", "Size along Z", low=0.1, high=2),
        "top_m": length(0.03, "Top", "Thickness of the top", low=5e-3, high=0.2),
        "leg_m": length(0.06, "Legs", "Thickness of the legs", low=0.01, high=0.3),
    },
    assemble=assemble_table,
    check=check_table,
)
