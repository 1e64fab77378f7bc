"""Cartridge fuses in their holders."""

from __future__ import annotations

from collections.abc import Iterator

from .assembly import Solid, assembled_shape, lathed
from .block import block
from .declaration import check_at_most, length


def assemble_fuse(*, length_m: float, radius_m: float, base_m: float) -> Iterator[Solid]:
    """Yield a base with two clips and terminals, and the cartridge that lies in the clips."""
    width = 2.6 * radius_m
    yield block(length_m, width, base_m, edge=0.0008, corner=0.1 * radius_m)
    axis = base_m + 1.5 * radius_m
    span = 0.66 * length_m
    yield _cartridge(span, radius_m).turned("y", 90).at(-span / 2, 0, axis)
    cap = 0.2 * span
    for side in (1, -1):
        x = side * (span - cap) / 2
        yield block(0.9 * cap, 1.6 * radius_m, 0.35 * radius_m, edge=0.0004).at(x, 0, 0.9 * base_m)
        for y in (1.05 * radius_m, -1.05 * radius_m):
            cheek = block(0.7 * cap, 0.16 * radius_m, axis + 0.75 * radius_m - 0.5 * base_m)
            yield cheek.at(x, y, 0.5 * base_m)
        yield from _terminal(side * (length_m / 2 - 0.08 * length_m), length_m, radius_m, base_m)


def _cartridge(span: float, radius: float) -> Solid:
    """Return the tube with its two caps, along z from 0."""
    cap, body = 0.2 * span, 0.86 * radius
    step = 0.08 * radius
    return lathed(
        [
            (0.0, 0.0),
            (radius - step, 0.0),
            (radius, step),
            (radius, cap),
            (body, cap),
            (body, span - cap),
            (radius, span - cap),
            (radius, span - step),
            (radius - step, span),
            (0.0, span),
        ],
        segments=32,
    )


def _terminal(x: float, span: float, radius: float, base: float) -> Iterator[Solid]:
    """Yield a screw on a metal tongue that leads to the clip."""
    tongue = block(0.15 * span, 0.9 * radius, 0.14 * radius, edge=0.0002)
    yield tongue.at(x * 0.96, 0, base - min(0.02 * radius, 0.1 * base))
    head = min(0.05 * span, 0.42 * radius)
    profile = [(0.0, 0.0), (head, 0.0), (head, 0.3 * radius), (0.7 * head, 0.5 * radius)]
    yield lathed([*profile, (0.0, 0.5 * radius)], segments=16).at(x, 0, base)


def check_fuse(*, length_m: float, radius_m: float, base_m: float) -> None:
    """Raise the `Fault` of proportions that do not go together."""
    check_at_most("radius_m", radius_m, 0.25 * length_m, "length_m")


FUSE = assembled_shape(
    name="fuse",
    label="Fuse",
    help="Cartridge fuse that lies along X in a holder with two clips",
    parameters={
        "length_m": length(0.075, "Length", "Size along X", low=8e-3, high=0.5),
        "radius_m": length(0.008, "Radius", "Half the thickness of the fuse", low=1e-3, high=0.1),
        "base_m": length(0.009, "Base", "Height of the base", low=1e-3, high=0.1),
    },
    assemble=assemble_fuse,
    check=check_fuse,
)
