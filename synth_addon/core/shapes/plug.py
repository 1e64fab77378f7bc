"""Round electrical plugs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .assembly import Solid, assembled_shape, lathed
from .block import block
from .declaration import check_at_most, count, length

_RIBS = 12


def assemble_plug(*, radius_m: float, body_m: float, pin_m: float, pins: float) -> Iterator[Solid]:
    """Yield a stepped body with a ribbed collar and a cable stub below, and pins on top."""
    yield lathed(_profile(radius_m, body_m))
    collar = 0.12 * radius_m
    for i in range(_RIBS):
        rib = block(collar, collar, 0.3 * body_m, edge=0.2 * collar)
        yield rib.at(0.94 * radius_m, 0, 0.6 * body_m).turned("z", i * 360 / _RIBS)
    number = round(pins)
    ring = 0.0 if number == 1 else 0.48 * radius_m
    # Pins on the ring stay apart, however many there are.
    thin = 0.15 * radius_m if number < 3 else min(0.15, 0.32 * np.sin(np.pi / number)) * radius_m
    for i in range(number):
        yield (
            _pin(thin, pin_m + 0.1 * body_m).at(ring, 0, 0.9 * body_m).turned("z", i * 360 / number)
        )
    key = block(0.14 * radius_m, 0.3 * radius_m, 0.5 * pin_m, edge=0.02 * radius_m)
    yield key.at(0.68 * radius_m, 0, body_m - 0.05 * pin_m).turned("z", 180 / number)


def _profile(radius: float, body: float) -> list[tuple[float, float]]:
    """Return the body from the cable upward: stub, gland, cone, collar, rim."""
    points = [
        (0.0, 0.0), (0.24, 0.0), (0.24, 0.16), (0.46, 0.16), (0.5, 0.18), (0.5, 0.32),
        (0.62, 0.34), (0.86, 0.56), (0.92, 0.58), (0.92, 0.92), (0.86, 0.94), (0.78, 0.94),
        (0.78, 1.0), (0.0, 1.0),
    ]  # fmt: skip
    return [(r * radius, z * body) for r, z in points]


def _pin(radius: float, height: float) -> Solid:
    tip = min(0.6 * radius, 0.2 * height)
    profile = [(0.0, 0.0), (radius, 0.0), (radius, height - tip), (0.55 * radius, height)]
    return lathed([*profile, (0.0, height)], segments=16)


def check_plug(*, radius_m: float, body_m: float, pin_m: float, pins: float) -> None:
    """Raise the `Fault` of proportions that do not go together; any number of pins fits."""
    check_at_most("pin_m", pin_m, body_m, "body_m")
    check_at_most("radius_m", radius_m, 2 * body_m, "body_m")


PLUG = assembled_shape(
    name="plug",
    label="Plug",
    help="Round plug that stands on its cable, with pins on top",
    parameters={
        "radius_m": length(0.02, "Radius", "Outer radius of the collar", low=3e-3, high=0.2),
        "body_m": length(0.05, "Body", "Height without the pins", low=5e-3, high=0.4),
        "pin_m": length(0.014, "Pin Length", "How far the pins stand out", low=1e-3, high=0.2),
        "pins": count(4, "Pins", "Number of pins", low=1, high=9),
    },
    assemble=assemble_plug,
    check=check_plug,
)
