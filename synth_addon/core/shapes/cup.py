"""Drinking cups."""

from __future__ import annotations

import math

import numpy as np

from ..errors import Fault
from ..mesh import TriangleMesh
from ..transforms import Array
from .declaration import Shape, length
from .handle import VesselSide, build_handle, handle_rings
from .lathe import lathe
from .pieces import Pieces, moved, revolved_pieces, tube_pieces, without_hollow_foot
from .profile import rounded, widened
from .surface import centred, joined

# A handle smaller than this could not be told from a speck.
_LEAST_HANDLE = 1e-3
# Thickness of the floor in walls.
_FLOOR = 1.2
# Radius gained or lost per height; more would be a plate.
_STEEPEST = 4.0


def build_cup(
    *,
    height_m: float,
    top_radius_m: float,
    bottom_radius_m: float,
    wall_m: float,
    handle_size_m: float,
) -> TriangleMesh:
    """Return a hollow cup with a rounded rim, a foot ring and, on its +x side, a handle.

    The handle is a closed shell of its own whose ends stop inside the wall. uvs as in `lathe`
    and `loft`.

    Raises:
        Fault: the wall leaves no room inside.
    """
    check_cup(
        height_m=height_m,
        top_radius_m=top_radius_m,
        bottom_radius_m=bottom_radius_m,
        wall_m=wall_m,
        handle_size_m=handle_size_m,
    )
    profile = _profile(height_m, top_radius_m, bottom_radius_m, wall_m)
    body = lathe(profile)
    if handle_size_m < _LEAST_HANDLE:
        return centred(body)
    side = VesselSide(_outline(profile), wall_m)
    return centred(joined(body, build_handle(side, handle_size_m)))


def cup_pieces(
    *,
    height_m: float,
    top_radius_m: float,
    bottom_radius_m: float,
    wall_m: float,
    handle_size_m: float,
) -> Pieces:
    """Return the floor, rings of wall above it and lengths of the handle; the foot is filled.

    Raises:
        Fault: as `build_cup` does.
    """
    check_cup(
        height_m=height_m,
        top_radius_m=top_radius_m,
        bottom_radius_m=bottom_radius_m,
        wall_m=wall_m,
        handle_size_m=handle_size_m,
    )
    profile = _profile(height_m, top_radius_m, bottom_radius_m, wall_m)
    body = revolved_pieces(without_hollow_foot(profile))
    if handle_size_m < _LEAST_HANDLE:
        return moved(body, np.array([0.0, 0.0, -height_m / 2]))
    side = VesselSide(_outline(profile), wall_m)
    handle = tube_pieces(handle_rings(side, handle_size_m))
    # `build_cup` centres the cup with its handle, which stands out on the +x side.
    return moved(body + handle, np.array([-handle_size_m / 2, 0.0, -height_m / 2]))


def check_cup(
    *,
    height_m: float,
    top_radius_m: float,
    bottom_radius_m: float,
    wall_m: float,
    handle_size_m: float,
) -> None:
    """Raise the `Fault` of proportions that do not go together; any handle fits any cup.

    Every bound is concave in the radii, straight in the wall and monotone in the height, so
    that its least value over a box of values is at a corner.
    """
    _check_slope(height_m, top_radius_m, bottom_radius_m)
    _check_wall(height_m, top_radius_m, bottom_radius_m, wall_m)
    _check_room(height_m, top_radius_m, bottom_radius_m, wall_m)


def _profile(height: float, top: float, bottom: float, wall: float) -> Array:
    recess = 0.5 * wall
    floor = recess + _FLOOR * wall
    mouth_radius, floor_radius = _inner_radii(height, top, bottom, wall)
    ring = max(bottom - 3 * wall, 0.5 * bottom)
    inside = 0.3 * min(floor_radius, height - floor)
    corners = [
        (0.0, recess, 0.0),
        (ring, recess, recess),
        (ring + recess, 0.0, recess),
        (bottom, 0.0, min(0.07 * height, 0.25 * bottom)),
        (top, height, wall),
        (mouth_radius, height, wall),
        (floor_radius, floor, inside),
        (0.0, floor, 0.0),
    ]
    return widened(rounded(corners), max(top, bottom))


def _inner_radii(height: float, top: float, bottom: float, wall: float) -> tuple[float, float]:
    """Return the inner radius at the mouth and at the floor."""
    slope = (top - bottom) / height
    across = wall * math.hypot(1.0, slope)
    return top - across, bottom + slope * (0.5 + _FLOOR) * wall - across


def _check_slope(height: float, top: float, bottom: float) -> None:
    lowest = abs(top - bottom) / _STEEPEST
    if height < lowest:
        raise Fault(
            f"height_m {height:g} is too low for a cup whose radii are {top:g} and {bottom:g}",
            f"Set height_m to at least {lowest:g}, or bring top_radius_m and bottom_radius_m "
            "closer together",
        )


def _check_wall(height: float, top: float, bottom: float, wall: float) -> None:
    # Half the radius leaves room for the foot ring and for a handle's end inside the wall.
    radius = min(top, bottom)
    thickest = min(radius / 2, height / 4)
    if wall > thickest:
        raise Fault(
            f"wall_m {wall:g} is too thick for a cup of radius {radius:g} and height_m {height:g}",
            f"Set wall_m to at most {thickest:g}, or make the cup larger",
        )


def _check_room(height: float, top: float, bottom: float, wall: float) -> None:
    mouth_radius, floor_radius = _inner_radii(height, top, bottom, wall)
    if mouth_radius < 0.1 * top or floor_radius < 0.1 * bottom:
        raise Fault(
            f"wall_m {wall:g} fills a cup whose sides are so far from upright",
            "Lower wall_m, raise height_m, or bring top_radius_m and bottom_radius_m closer",
        )


def _outline(profile: Array) -> Array:
    """Return the outer side of a vessel's profile, from where it stands to its rim."""
    top = int(np.argmax(profile[:, 1]))
    lowest = int(np.flatnonzero(profile[:, 1] <= profile[:, 1].min() + 1e-12)[-1])
    return profile[lowest : top + 1]


CUP = Shape(
    name="cup",
    label="Cup",
    help="Hollow drinking cup, with or without a handle",
    parameters={
        "height_m": length(0.09, "Height", "Size along Z", low=0.02, high=1.0),
        "top_radius_m": length(0.042, "Top Radius", "Outer radius at the rim", low=0.01, high=0.5),
        "bottom_radius_m": length(
            0.034, "Bottom Radius", "Outer radius at the foot", low=0.01, high=0.5
        ),
        "wall_m": length(0.0035, "Wall", "Thickness of the wall", low=5e-4, high=0.05),
        "handle_size_m": length(
            0.032,
            "Handle",
            "How far the handle stands out; 0 for a cup without one",
            low=0.0,
            high=0.2,
        ),
    },
    build=build_cup,
    check=check_cup,
    convex_parts=cup_pieces,
)
