"""Sockets for mounting on a wall."""

from __future__ import annotations

from collections.abc import Iterator

from .assembly import Solid, assembled_shape, convex, lathed
from .block import block, welled_block
from .declaration import check_at_most, length


def assemble_socket(
    *, size_m: float, height_m: float, well_radius_m: float, well_m: float
) -> Iterator[Solid]:
    """Yield a square body with a round well that opens upward, a collar around it and its inside.

    In the well lie an insert with two holes and, at two sides, the earth clips. The convex pieces
    fill the two holes.
    """
    rim = 0.06 * height_m
    yield block(size_m, size_m, 0.22 * height_m, edge=0.001, corner=0.06 * size_m)
    body = height_m - rim
    floor = body - well_m
    yield welled_block(
        0.94 * size_m,
        0.94 * size_m,
        body - 0.1 * height_m,
        radius=well_radius_m,
        floor=floor - 0.1 * height_m,
        corner=0.1 * size_m,
        edge=0.03 * size_m,
    ).at(z=0.1 * height_m)
    inner, outer = 1.01 * well_radius_m, 1.14 * well_radius_m
    collar = [(inner, 0.5 * body), (outer, 0.5 * body), (outer, body + 0.6 * rim)]
    collar += [(0.95 * outer, height_m), (inner, height_m)]
    yield lathed(collar, closed=True)
    yield from _inside(well_radius_m, floor, well_m)


def _inside(radius: float, floor: float, depth: float) -> Iterator[Solid]:
    """Yield the insert's halves, each with a hole, and the clips around it."""
    half, high = 0.62 * radius, 0.45 * depth
    hole = welled_block(
        half, 0.9 * radius, high, radius=0.17 * radius, floor=0.1 * high, corner=0.1 * radius
    )
    for side in (1, -1):
        yield convex(hole.mesh).at(side * half / 2, 0, floor - 0.05 * high)
        clip = block(0.3 * radius, 0.14 * radius, 0.95 * depth, edge=0.01 * radius)
        yield clip.at(0, side * 0.9 * radius, floor - 0.05 * depth)
        yield block(0.16 * radius, 0.3 * radius, 0.8 * depth, edge=0.01 * radius).at(
            side * 0.9 * radius, 0, floor - 0.05 * depth
        )


def check_socket(*, size_m: float, height_m: float, well_radius_m: float, well_m: float) -> None:
    """Raise the `Fault` of proportions that do not go together."""
    check_at_most("well_radius_m", well_radius_m, 0.36 * size_m, "size_m")
    check_at_most("well_m", well_m, 0.7 * height_m, "height_m")
    check_at_most("height_m", height_m, size_m, "size_m")


SOCKET = assembled_shape(
    name="socket",
    label="Socket",
    help="Square wall socket that lies on its back, with a round well and two holes",
    parameters={
        "size_m": length(0.066, "Size", "Size along X and Y", low=0.01, high=0.5),
        "height_m": length(0.036, "Height", "Size along Z", low=5e-3, high=0.3),
        "well_radius_m": length(0.0195, "Well Radius", "Radius of the well", low=2e-3, high=0.2),
        "well_m": length(0.017, "Well Depth", "Depth of the well", low=2e-3, high=0.2),
    },
    assemble=assemble_socket,
    check=check_socket,
)
