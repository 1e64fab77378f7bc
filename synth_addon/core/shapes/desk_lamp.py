"""Lamps that stand on a table."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..transforms import Array
from .assembly import Solid, assembled_shape, lathed
from .block import block, post
from .declaration import check_at_most, length
from .profile import rounded

# How much narrower the shade is at its upper end, and how high it is.
_TAPER = 0.68
_SHADE = 0.4
_ARMS = 3


def assemble_desk_lamp(
    *, height_m: float, shade_radius_m: float, base_radius_m: float
) -> Iterator[Solid]:
    """Yield a round base, a rod, a bulb and an open shade that three arms hold."""
    yield lathed(_base(base_radius_m, 0.06 * height_m))
    thin = min(0.1 * base_radius_m, 0.016 * height_m)
    hub = 0.95 * height_m
    yield post(thin, hub).at(z=0.01 * height_m)
    yield lathed(_bulb(min(0.07 * height_m, 0.3 * shade_radius_m)), segments=32).at(
        z=0.72 * height_m
    )
    yield lathed(_shade(shade_radius_m, height_m), closed=True)
    # The arms end within the shade's wall.
    reach = (_TAPER + 0.02) * shade_radius_m
    arm = block(reach, thin, thin, edge=0.2 * thin)
    for i in range(_ARMS):
        yield arm.at(reach / 2, 0, hub - thin).turned("z", i * 360 / _ARMS)


def _base(radius: float, height: float) -> Array:
    edge = 0.4 * height
    return rounded(
        [(0, 0, 0), (radius, 0, 0.1 * height), (radius, height, edge), (0, 1.15 * height, 0)]
    )


def _bulb(radius: float) -> Array:
    angles = np.linspace(-np.pi / 2, np.pi / 2, 17)
    profile = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    profile[[0, -1], 0] = 0.0
    return np.asarray(profile)


def _shade(radius: float, height: float) -> Array:
    """Return a loop around the shade's thin wall."""
    wall, low = 0.04 * radius, (1 - _SHADE) * height
    upper = _TAPER * radius
    return np.array([(radius - wall, low), (radius, low), (upper, height), (upper - wall, height)])


def check_desk_lamp(*, height_m: float, shade_radius_m: float, base_radius_m: float) -> None:
    """Raise the `Fault` of proportions that do not go together."""
    check_at_most("shade_radius_m", shade_radius_m, height_m, "height_m")
    check_at_most("base_radius_m", base_radius_m, height_m, "height_m")


DESK_LAMP = assembled_shape(
    name="desk_lamp",
    label="Desk Lamp",
    help="Lamp with a round base and an open shade",
    parameters={
        "height_m": length(0.42, "Height", "Size along Z", low=0.05, high=2),
        "shade_radius_m": length(0.13, "Shade", "Radius of the shade", low=0.02, high=1),
        "base_radius_m": length(0.08, "Base", "Radius of the base", low=0.01, high=1),
    },
    assemble=assemble_desk_lamp,
    check=check_desk_lamp,
)
