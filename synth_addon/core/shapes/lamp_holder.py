"""Lamp holders."""

from __future__ import annotations

from collections.abc import Iterator

from .assembly import Solid, assembled_shape, lathed
from .block import block
from .declaration import check_at_most, count, length


def assemble_lamp_holder(
    *, radius_m: float, height_m: float, bore_radius_m: float, rings: float
) -> Iterator[Solid]:
    """Yield a stepped body with a bore open to the top, its contact and two terminals.

    The convex pieces fill the grooves between the rings.
    """
    body = lathed(_profile(radius_m, height_m, bore_radius_m, round(rings)))
    smooth = lathed(_profile(radius_m, height_m, bore_radius_m, 0))
    yield Solid(body.mesh, smooth.pieces)
    floor = 0.4 * height_m
    pin = 0.28 * bore_radius_m
    contact = [(0.0, 0.0), (pin, 0.0), (pin, 0.07 * height_m), (0.0, 0.1 * height_m)]
    yield lathed(contact, segments=32).at(z=0.97 * floor)
    lug = 0.3 * radius_m
    for side in (1, -1):
        box = block(lug, 0.42 * radius_m, 0.2 * height_m, edge=0.05 * lug, corner=0.1 * lug)
        yield box.at(side * 0.72 * radius_m, 0, 0.14 * height_m)
        head = 0.3 * lug
        profile = [(0.0, 0.0), (head, 0.0), (head, 0.04 * height_m), (0.0, 0.04 * height_m)]
        yield lathed(profile, segments=16).at(side * 0.76 * radius_m, 0, 0.33 * height_m)


def _profile(radius: float, height: float, bore: float, rings: int) -> list[tuple[float, float]]:
    """Return the outside from the nipple upward, and the bore back down to its floor.

    Without rings it is the outline of all their edges.
    """
    steps = [
        (0.0, 0.0), (0.3, 0.0), (0.3, 0.12), (0.62, 0.12), (0.66, 0.15), (0.66, 0.36),
        (0.86, 0.4), (0.86, 0.46),
    ]  # fmt: skip
    points = [(r * radius, z * height) for r, z in steps]
    low, high = 0.46 * height, 0.9 * height
    if rings == 0:
        points += [(radius, low), (radius, high), (0.88 * radius, high)]
    pitch = (high - low) / max(rings, 1)
    for i in range(rings):
        z = low + i * pitch
        points += [(radius, z + 0.15 * pitch), (radius, z + 0.65 * pitch)]
        points += [(0.88 * radius, z + 0.8 * pitch), (0.88 * radius, z + pitch)]
    points += [(0.88 * radius, height), (bore, height)]
    points += [(bore, 0.4 * height), (0.0, 0.4 * height)]
    return points


def check_lamp_holder(
    *, radius_m: float, height_m: float, bore_radius_m: float, rings: float
) -> None:
    """Raise the `Fault` of proportions that do not go together; any number of rings fits."""
    check_at_most("bore_radius_m", bore_radius_m, 0.78 * radius_m, "radius_m")
    check_at_most("radius_m", radius_m, 2 * height_m, "height_m")


LAMP_HOLDER = assembled_shape(
    name="lamp_holder",
    label="Lamp Holder",
    help="Stepped round lamp holder with its bore upward",
    parameters={
        "radius_m": length(0.02, "Radius", "Outer radius of the rings", low=3e-3, high=0.2),
        "height_m": length(0.055, "Height", "Size along Z", low=5e-3, high=0.4),
        "bore_radius_m": length(0.0135, "Bore", "Radius of the bore", low=1e-3, high=0.15),
        "rings": count(3, "Rings", "Number of rings around the body", low=1, high=6),
    },
    assemble=assemble_lamp_holder,
    check=check_lamp_holder,
)
