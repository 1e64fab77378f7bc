"""Closed drink cans."""

from __future__ import annotations

from ..mesh import TriangleMesh
from .declaration import Shape, length
from .lathe import lathe
from .profile import rounded, widened
from .surface import centred


def build_can(*, radius_m: float, height_m: float) -> TriangleMesh:
    """Return a solid can with a domed base, a narrowed neck and a sunk lid; uvs as in `lathe`.

    Details keep the proportions of a 330 ml can and shrink where the can is too flat for them.
    """
    radius, detail = radius_m, min(radius_m, 0.6 * height_m)
    bend = 0.12 * detail
    neck, lid = 0.8 * radius, 0.74 * radius
    corners = [
        (0.0, 0.3 * detail, 0.0),
        (0.35 * radius, 0.27 * detail, 0.3 * radius),
        (0.7 * radius, 0.0, 0.05 * radius),
        (0.76 * radius, 0.0, 0.05 * radius),
        (radius, 0.25 * detail, bend),
        (radius, height_m - 0.45 * detail, bend),
        (neck, height_m - 0.13 * detail, bend / 2),
        (neck, height_m - 0.08 * detail, 0.0),
        (neck + 0.03 * radius, height_m - 0.08 * detail, 0.02 * detail),
        (neck + 0.03 * radius, height_m, 0.04 * detail),
        (lid + 0.03 * radius, height_m, 0.04 * detail),
        (lid, height_m - 0.15 * detail, 0.04 * detail),
        (0.0, height_m - 0.15 * detail, 0.0),
    ]
    return centred(lathe(widened(rounded(corners), radius)))


CAN = Shape(
    name="can",
    label="Can",
    help="Closed drink can",
    parameters={
        "radius_m": length(0.033, "Radius", "Half the diameter", low=5e-3),
        "height_m": length(0.115, "Height", "Size along Z", low=5e-3),
    },
    build=build_can,
)
