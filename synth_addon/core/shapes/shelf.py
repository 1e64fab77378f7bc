"""Shelves."""

from __future__ import annotations

from collections.abc import Iterator

from .assembly import Solid, assembled_shape
from .block import block
from .declaration import check_at_most, length


def assemble_shelf(
    *, width_m: float, depth_m: float, height_m: float, spacing_m: float, board_m: float
) -> Iterator[Solid]:
    """Yield a shelf open towards -y: two sides, a back and as many boards as fit.

    The boards are evenly spread, `spacing_m` apart or a little more.
    """
    x = (width_m - board_m) / 2
    for side in (1, -1):
        yield block(board_m, depth_m, height_m).at(side * x)
    inner = width_m - 1.6 * board_m
    back = min(0.3 * board_m, 0.006)
    plinth = min(0.06 * height_m, 0.08)
    yield block(inner, back, height_m - 0.4 * board_m - plinth, edge=back / 8).at(
        0, depth_m / 2 - 0.75 * back, plinth
    )
    setback = min(0.004, 0.02 * depth_m)
    top = height_m - board_m - 0.1 * plinth
    gaps = max(1, int((top - plinth) / spacing_m))
    for i in range(gaps + 1):
        z = plinth + (top - plinth) * i / gaps
        yield block(inner, depth_m - 2 * setback, board_m).at(0, 0, z)
    yield block(inner, board_m, plinth + 0.5 * board_m).at(0, -depth_m / 2 + 2 * board_m)


def check_shelf(
    *, width_m: float, depth_m: float, height_m: float, spacing_m: float, board_m: float
) -> None:
    """Raise the `Fault` of proportions that do not go together."""
    check_at_most("spacing_m", spacing_m, 0.9 * height_m, "height_m")
    check_at_most("board_m", board_m, 0.2 * spacing_m, "spacing_m")
    check_at_most("board_m", board_m, 0.1 * width_m, "width_m")
    check_at_most("board_m", board_m, 0.2 * depth_m, "depth_m")


SHELF = assembled_shape(
    name="shelf",
    label="Shelf",
    help="Shelf with a back, open towards -Y; things stand on its boards",
    parameters={
        "width_m": length(0.8, "Width", "Size along X", low=0.1, high=5),
        "depth_m": length(0.3, "Depth", "Size along Y", low=0.05, high=2),
        "height_m": length(1.8, "Height", "Size along Z", low=0.1, high=4),
        "spacing_m": length(0.33, "Spacing", "Least height between boards", low=0.05, high=2),
        "board_m": length(0.02, "Boards", "Thickness of the boards", low=3e-3, high=0.1),
    },
    assemble=assemble_shelf,
    check=check_shelf,
)
