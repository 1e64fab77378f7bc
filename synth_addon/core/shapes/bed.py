"""Beds."""

from __future__ import annotations

from collections.abc import Iterator

from .assembly import Solid, assembled_shape
from .block import block, leg
from .declaration import check_at_most, length

# Beds wider than this have two pillows.
_SINGLE = 1.15


def assemble_bed(
    *, width_m: float, depth_m: float, height_m: float, lying_height_m: float
) -> Iterator[Solid]:
    """Yield a bed with its head at +y: frame, feet, headboard, mattress, blanket and pillows."""
    head = min(0.05, 0.04 * depth_m)
    frame = min(0.3 * lying_height_m, 0.16)
    mattress = 0.5 * lying_height_m
    base = lying_height_m - mattress - 0.3 * frame
    yield block(width_m, depth_m - 0.5 * head, frame, edge=0.006, corner=0.02).at(
        0, -0.25 * head, base - 0.3 * frame
    )
    board = block(0.995 * width_m, head, height_m, edge=0.3 * head, corner=0.3 * head)
    yield board.at(0, (depth_m - head) / 2)
    wide, long = 0.95 * width_m, 0.97 * depth_m - head
    soft = 0.25 * mattress
    y = (long - 0.95 * depth_m) / 2
    yield block(wide, long, mattress, edge=soft, corner=1.4 * soft, crown=0.03 * mattress).at(
        0, y, lying_height_m - mattress
    )
    heights = (lying_height_m, height_m)
    yield from _bedding((wide, long, soft), y, heights, frame)
    foot = min(0.06, 0.1 * width_m)
    for x in (0.42 * width_m, -0.42 * width_m):
        yield leg(0.8 * foot, foot, base).at(x, -0.42 * depth_m)


def _bedding(
    mattress: tuple[float, float, float], y: float, heights: tuple[float, float], drop: float
) -> Iterator[Solid]:
    """Yield a blanket that hangs over the sides, and one or two pillows."""
    (wide, long, soft), (height, top) = mattress, heights
    cover = 0.62 * long
    blanket = block(1.02 * wide, cover, 0.8 * drop, edge=0.3 * drop, corner=soft, crown=0.1 * drop)
    yield blanket.at(0, y - (long - cover) / 2 - 0.01 * long, height - 0.5 * drop)
    count = 2 if wide > _SINGLE else 1
    across, deep = min(0.7, 0.86 * wide / count), min(0.42, 0.2 * long, 3 * (top - height))
    thick = min(0.32 * deep, 0.5 * (top - height))
    for i in range(count):
        x = (i + 0.5 - count / 2) * wide / count
        pillow = block(across, deep, thick, edge=0.4 * thick, corner=0.3 * deep, crown=0.3 * thick)
        yield pillow.turned("x", 6).at(x, y + long / 2 - 0.62 * deep, height - 0.25 * thick)


def check_bed(*, width_m: float, depth_m: float, height_m: float, lying_height_m: float) -> None:
    """Raise the `Fault` of proportions that do not go together."""
    check_at_most("lying_height_m", lying_height_m, 0.8 * height_m, "height_m")
    check_at_most("lying_height_m", lying_height_m, 0.9 * width_m, "width_m")


BED = assembled_shape(
    name="bed",
    label="Bed",
    help="Bed with its head at +Y, with blanket and pillows; things lie on it",
    parameters={
        "width_m": length(1.5, "Width", "Size along X", low=0.3, high=4),
        "depth_m": length(2.1, "Length", "Size along Y", low=0.5, high=4),
        "height_m": length(0.95, "Height", "Top of the headboard", low=0.1, high=3),
        "lying_height_m": length(0.5, "Lying Height", "Top of the mattress", low=0.08, high=1.5),
    },
    assemble=assemble_bed,
    check=check_bed,
)
