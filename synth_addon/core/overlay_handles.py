"""Where limits can be grabbed in a 3D view, and how far a ray under the pointer moves them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .directions import on_sphere
from .overlay_geometry import Box, Point, Shell

GripName = tuple[str, str]
"""Path of a distribution in the recipe, and "low" or "high"."""
_ALONG = 1e-3
"""Below this squared sine the ray runs along the way of the handle and says nothing."""


@dataclass(frozen=True)
class Grip:
    """One limit in space.

    Attributes:
        point: where it is, in the world frame.
        direction: where it moves as its value grows; of length 1.
        is_low: whether it is the lower limit, whose arrow points the other way.
        arm: distance to the centre that it turns about, for an angle; 0 for a length.
    """

    point: Point
    direction: Point
    is_low: bool
    arm: float = 0.0

    @property
    def arrow(self) -> Point:
        """Return the direction (3,) away from the range."""
        sign = -1.0 if self.is_low else 1.0
        x, y, z = self.direction
        return sign * x, sign * y, sign * z

    def step(self, origin: Sequence[float], ray: Sequence[float]) -> float:
        """Return by how much the value grows to bring the handle to where a ray passes.

        Args:
            origin: (3,) of the ray, in the world frame.
            ray: (3,) its direction, of any length.

        Returns:
            Metres, or radians for an angle; 0 where the ray runs along the handle's way.
        """
        length = math.sqrt(_dot(ray, ray))
        ray = [value / length for value in ray]
        between = [p - o for p, o in zip(self.point, origin, strict=True)]
        slant = _dot(self.direction, ray)
        if 1 - slant * slant < _ALONG:
            return 0.0
        # closest point of two lines, Eberly, Geometric Tools, "Distance between two lines"
        moved = (slant * _dot(ray, between) - _dot(self.direction, between)) / (1 - slant * slant)
        return math.atan2(moved, self.arm) if self.arm else moved


def shell_grips(shell: Shell) -> Mapping[GripName, Grip]:
    """Return the handles of the camera's distance and elevation."""
    side, level = shell.side, sum(shell.elevation) / 2
    out = on_sphere(1.0, level, side)
    outer = shell.radius[1]
    grips = {
        ("camera.radius_m", name): Grip(shell.point(radius, level, side), out, name == "low")
        for name, radius in zip(("low", "high"), shell.radius, strict=True)
    }
    for name, elevation in zip(("low", "high"), shell.elevation, strict=True):
        up = on_sphere(1.0, elevation + math.pi / 2, side)
        point = shell.point(outer, elevation, side)
        grips["camera.elevation_deg", name] = Grip(point, up, name == "low", outer)
    return grips


def box_grips(box: Box) -> Mapping[GripName, Grip]:
    """Return the handles of the region in which objects start, in the middle of each side."""
    middle = [(low + high) / 2 for low, high in zip(box.low, box.high, strict=True)]
    grips = {}
    for axis, path in enumerate(("spawn.x_m", "spawn.y_m", "spawn.height_m")):
        direction = box.turned([float(axis == other) for other in range(3)])
        for name, corner in (("low", box.low), ("high", box.high)):
            place = [*middle[:axis], corner[axis], *middle[axis + 1 :]]
            grips[path, name] = Grip(box.world(place), direction, name == "low")
    return grips


def arrow_triangles(sides: int = 12) -> list[Point]:
    """Return corners, three for each triangle, of a cone of height 1 whose base is at 0 on z."""
    ring = [
        (0.4 * math.cos(turn), 0.4 * math.sin(turn), 0.0)
        for turn in (2 * math.pi * side / sides for side in range(sides))
    ]
    triangles: list[Point] = []
    for number, corner in enumerate(ring):
        following = ring[(number + 1) % sides]
        triangles += [corner, following, (0.0, 0.0, 1.0), following, corner, (0.0, 0.0, 0.0)]
    return triangles


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
