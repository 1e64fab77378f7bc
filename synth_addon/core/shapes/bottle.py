"""Bottles."""

from __future__ import annotations

import numpy as np

from ..errors import Fault
from ..mesh import TriangleMesh
from ..transforms import Array
from .declaration import Shape, length
from .lathe import lathe
from .pieces import Pieces, moved, revolved_pieces, without_hollow_foot
from .profile import Point, inset, rounded, widened
from .surface import centred


def build_bottle(
    *,
    height_m: float,
    radius_m: float,
    neck_radius_m: float,
    neck_height_m: float,
    wall_m: float,
) -> TriangleMesh:
    """Return a hollow open bottle with shoulders, a neck and a lip; uvs as in `lathe`.

    Raises:
        Fault: the neck does not fit on the body, or the wall leaves no room inside.
    """
    sizes = (height_m, radius_m, neck_radius_m, neck_height_m, wall_m)
    return centred(lathe(_checked_profile(*sizes)))


def bottle_pieces(
    *,
    height_m: float,
    radius_m: float,
    neck_radius_m: float,
    neck_height_m: float,
    wall_m: float,
) -> Pieces:
    """Return slices of a bottle whose inside, which nothing falls into, is filled.

    Raises:
        Fault: as `build_bottle` does.
    """
    sizes = (height_m, radius_m, neck_radius_m, neck_height_m, wall_m)
    profile = without_hollow_foot(_checked_profile(*sizes))
    mouth = int(np.argmax(profile[:, 1]))
    filled = np.vstack([profile[: mouth + 1], [(0.0, height_m)]])
    return moved(revolved_pieces(filled), np.array([0.0, 0.0, -height_m / 2]))


def check_bottle(
    *,
    height_m: float,
    radius_m: float,
    neck_radius_m: float,
    neck_height_m: float,
    wall_m: float,
) -> None:
    """Raise the `Fault` of proportions that do not go together."""
    _check_neck(height_m, radius_m, neck_radius_m, neck_height_m)
    shoulder = height_m - neck_height_m - _shoulder_height(radius_m, neck_radius_m)
    _check_wall(wall_m, neck_radius_m, min(shoulder, 2 * neck_height_m))


def _checked_profile(
    height: float, radius: float, neck_radius: float, neck_height: float, wall: float
) -> Array:
    check_bottle(
        height_m=height,
        radius_m=radius,
        neck_radius_m=neck_radius,
        neck_height_m=neck_height,
        wall_m=wall,
    )
    neck = height - neck_height
    shoulder = neck - _shoulder_height(radius, neck_radius)
    side = [(radius, 0.0), (radius, shoulder), (neck_radius, neck), (neck_radius, height)]
    return _profile(side, wall)


def _profile(side: list[Point], wall: float) -> Array:
    """Return the profile around an outer side given by foot, shoulder, neck and mouth."""
    (radius, _), (_, shoulder), (neck_radius, neck), (_, height) = side
    _, inner_shoulder, inner_neck, mouth = inset(side, wall)
    lip = min(0.12 * (height - neck), 0.5 * neck_radius)
    lip_radius = neck_radius + 0.6 * wall
    # Short enough to fit both sides of the wall: unequal bends could cross.
    bend = min(0.78 * (radius - neck_radius), 0.5 * (height - neck), 0.3 * shoulder)
    base = min(0.12 * radius, 0.2 * shoulder)
    punt = min(0.12 * radius, 0.1 * shoulder)
    floor = punt + 1.2 * wall
    corners = [
        (0.0, punt, 0.0),
        (0.6 * radius, punt, 0.2 * radius),
        (0.85 * radius, 0.0, 0.15 * radius),
        (radius, 0.0, base),
        (radius, shoulder, bend),
        (neck_radius, neck, bend),
        (neck_radius, height - lip, 0.0),
        (lip_radius, height - lip, 0.3 * wall),
        (lip_radius, height, 0.6 * wall),
        (mouth[0], height, 0.6 * wall),
        (*inner_neck, bend),
        (*inner_shoulder, bend),
        (radius - wall, floor, base),
        (0.0, floor, 0.0),
    ]
    return widened(rounded(corners), max(radius, lip_radius))


def _shoulder_height(radius: float, neck_radius: float) -> float:
    return 1.2 * (radius - neck_radius)


def _check_neck(height: float, radius: float, neck_radius: float, neck_height: float) -> None:
    widest = 0.8 * radius
    if neck_radius > widest:
        raise Fault(
            f"neck_radius_m {neck_radius:g} is too wide for a bottle of radius_m {radius:g}",
            f"Set neck_radius_m to at most {widest:g}, or raise radius_m",
        )
    tallest = 0.8 * height - _shoulder_height(radius, neck_radius)
    if neck_height > tallest:
        least = (neck_height + _shoulder_height(radius, neck_radius)) / 0.8
        raise Fault(
            f"neck_height_m {neck_height:g} leaves no body under the shoulders of a bottle of "
            f"height_m {height:g} and radius_m {radius:g}",
            f"Lower neck_height_m or radius_m, or set height_m to at least {least:g}",
        )


def _check_wall(wall: float, neck_radius: float, upright: float) -> None:
    thickest = min(0.6 * neck_radius, 0.2 * upright)
    if wall > thickest:
        raise Fault(
            f"wall_m {wall:g} is too thick for a bottle of neck_radius_m {neck_radius:g}",
            f"Set wall_m to at most {thickest:g}, or make the bottle larger",
        )


BOTTLE = Shape(
    name="bottle",
    label="Bottle",
    help="Hollow open bottle",
    parameters={
        "height_m": length(0.24, "Height", "Size along Z", low=0.02),
        "radius_m": length(0.035, "Radius", "Outer radius of the body", low=5e-3),
        "neck_radius_m": length(0.014, "Neck Radius", "Outer radius of the neck", low=2e-3),
        "neck_height_m": length(0.06, "Neck Height", "Length of the neck with its lip", low=2e-3),
        "wall_m": length(0.0025, "Wall", "Thickness of the wall", low=5e-4, high=0.2),
    },
    build=build_bottle,
    check=check_bottle,
    convex_parts=bottle_pieces,
)
