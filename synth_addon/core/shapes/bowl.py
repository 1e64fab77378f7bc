"""Bowls."""

from __future__ import annotations

import numpy as np

from ..errors import Fault
from ..mesh import TriangleMesh
from ..transforms import Array
from .declaration import Shape, length
from .lathe import lathe
from .pieces import Pieces, moved, revolved_pieces, without_hollow_foot
from .profile import distinct, rounded
from .surface import centred

_CURVE_POINTS = 17


def build_bowl(
    *, radius_m: float, height_m: float, foot_radius_m: float, wall_m: float
) -> TriangleMesh:
    """Return a hollow round bowl on a foot ring, with a rounded rim; uvs as in `lathe`.

    Raises:
        Fault: the wall leaves no room inside, or the foot is as wide as the bowl.
    """
    check_bowl(radius_m=radius_m, height_m=height_m, foot_radius_m=foot_radius_m, wall_m=wall_m)
    return centred(lathe(_profile(radius_m, height_m, foot_radius_m, wall_m)))


def bowl_pieces(*, radius_m: float, height_m: float, foot_radius_m: float, wall_m: float) -> Pieces:
    """Return the floor and rings of wall above it; the sunk underside is filled.

    Raises:
        Fault: as `build_bowl` does.
    """
    check_bowl(radius_m=radius_m, height_m=height_m, foot_radius_m=foot_radius_m, wall_m=wall_m)
    profile = _profile(radius_m, height_m, foot_radius_m, wall_m)
    return moved(revolved_pieces(without_hollow_foot(profile)), np.array([0.0, 0.0, -height_m / 2]))


def check_bowl(*, radius_m: float, height_m: float, foot_radius_m: float, wall_m: float) -> None:
    """Raise the `Fault` of proportions that do not go together."""
    thickest = min(height_m / 4, foot_radius_m / 2, radius_m / 4)
    if wall_m > thickest:
        raise Fault(
            f"wall_m {wall_m:g} is too thick for a bowl of radius_m {radius_m:g}, height_m "
            f"{height_m:g} and foot_radius_m {foot_radius_m:g}",
            f"Set wall_m to at most {thickest:g}, or make the bowl larger",
        )
    widest = 0.9 * (radius_m - wall_m)
    if foot_radius_m > widest:
        raise Fault(
            f"foot_radius_m {foot_radius_m:g} is too wide for a bowl of radius_m {radius_m:g}",
            f"Set foot_radius_m to at most {widest:g}, or raise radius_m",
        )


def _profile(radius: float, height: float, foot_radius: float, wall: float) -> Array:
    foot = min(wall, 0.1 * height)
    ring = max(foot_radius - 2 * wall, 0.5 * foot_radius)
    underside = rounded(
        [
            (0.0, foot, 0.0),
            (ring, foot, 0.3 * foot),
            (ring, 0.0, 0.3 * foot),
            (foot_radius, 0.0, 0.3 * foot),
            (foot_radius, foot, 0.0),
        ]
    )
    outside = _quarter(foot_radius, radius, foot, height - wall / 2)
    inside = _quarter(foot_radius, radius - wall, foot + wall, height - wall / 2)
    rim = _half_round(radius - wall / 2, height - wall / 2, wall / 2)
    end = np.array([[0.0, foot + wall]])
    return distinct(np.concatenate([underside, outside[1:], rim[1:-1], inside[::-1], end]))


def _quarter(start: float, stop: float, bottom: float, top: float) -> Array:
    """Return a quarter of an ellipse (P, 2) that leaves (start, bottom) flat and ends upright."""
    angles = np.linspace(0.0, np.pi / 2, _CURVE_POINTS)
    r = start + (stop - start) * np.sin(angles)
    return np.stack([r, top - (top - bottom) * np.cos(angles)], axis=1)


def _half_round(r: float, z: float, radius: float) -> Array:
    """Return the upper half of a circle (P, 2), from its outer to its inner side."""
    angles = np.linspace(0.0, np.pi, 11)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.asarray(np.array([r, z]) + radius * circle)


BOWL = Shape(
    name="bowl",
    label="Bowl",
    help="Hollow round bowl on a foot ring",
    parameters={
        "radius_m": length(0.075, "Radius", "Outer radius at the rim", low=0.01),
        "height_m": length(0.065, "Height", "Size along Z", low=0.01),
        "foot_radius_m": length(0.033, "Foot Radius", "Outer radius of the foot", low=5e-3),
        "wall_m": length(0.004, "Wall", "Thickness of the wall", low=5e-4, high=0.2),
    },
    build=build_bowl,
    check=check_bowl,
    convex_parts=bowl_pieces,
)
