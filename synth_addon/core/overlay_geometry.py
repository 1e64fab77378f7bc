"""Lines that show where cameras, lamps and objects can be; metres and radians, z up.

Lines are arrays (n, 2, 3) of float32: the two ends of each.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .directions import on_sphere
from .overlay_ranges import Limits

Lines = npt.NDArray[np.float32]
Point = tuple[float, float, float]

_ARC_STEP = math.radians(5)
_MERIDIAN_STEP = math.radians(45)
_FULL_TURN = 2 * math.pi
_CLOSE = 1e-6
_SIDE_OF_FULL_TURN = math.radians(45)
"""To the right in Blender's default view, where distances are seen in full length."""


@dataclass(frozen=True)
class Shell:
    """The part of a spherical shell between limits of radius, elevation and azimuth."""

    center: Point
    radius: Limits
    elevation: Limits
    azimuth: Limits

    @property
    def is_round(self) -> bool:
        """Whether the azimuths go all around."""
        return self.azimuth[1] - self.azimuth[0] >= _FULL_TURN - _CLOSE

    @property
    def side(self) -> float:
        """An azimuth inside the shell, the middle one unless it goes all around."""
        return _SIDE_OF_FULL_TURN if self.is_round else sum(self.azimuth) / 2

    def point(self, radius: float, elevation: float, azimuth: float) -> Point:
        """Return the point in the world frame."""
        x, y, z = on_sphere(radius, elevation, azimuth)
        return self.center[0] + x, self.center[1] + y, self.center[2] + z


@dataclass(frozen=True)
class Box:
    """A level box.

    Attributes:
        low, high: opposite corners, relative to `origin` and before the turn.
        origin: in the world frame.
        yaw: turn about z through `origin`, radians.
    """

    low: Point
    high: Point
    origin: Point = (0.0, 0.0, 0.0)
    yaw: float = 0.0

    def world(self, point: Sequence[float]) -> Point:
        """Return a point, stated as the corners are, in the world frame."""
        x, y, z = self.turned(point)
        return self.origin[0] + x, self.origin[1] + y, self.origin[2] + z

    def turned(self, vector: Sequence[float]) -> Point:
        """Return a vector, stated as the corners are, in the world frame."""
        cos, sin = math.cos(self.yaw), math.sin(self.yaw)
        return cos * vector[0] - sin * vector[1], sin * vector[0] + cos * vector[1], vector[2]

    def corners(self) -> tuple[Point, ...]:
        """Return the 8 corners in the world frame, in the order of Blender's bounding boxes."""
        (x, y, z), (u, v, w) = self.low, self.high
        left = [(x, y, z), (x, y, w), (x, v, w), (x, v, z)]
        return tuple(self.world(p) for p in (*left, *((u, *p[1:]) for p in left)))


def shell_lines(shell: Shell) -> Lines:
    """Return both spheres' edges and some meridians, and what joins the two."""
    inner, outer = shell.radius
    azimuths = _meridians(shell)
    low, high = shell.elevation
    lines = [_parallel(shell, outer, (low + high) / 2)]
    for radius, shown in ((outer, azimuths), (inner, azimuths[::2])):
        lines += [_parallel(shell, radius, elevation) for elevation in {low, high}]
        lines += [_arc(_meridian(shell, radius, azimuth)) for azimuth in shown]
        if inner == outer:
            return _joined(lines)
    ends = [shell.azimuth[0], shell.azimuth[1]] if not shell.is_round else azimuths[::2]
    joints = [
        [shell.point(inner, elevation, azimuth), shell.point(outer, elevation, azimuth)]
        for azimuth in ends
        for elevation in {low, high}
    ]
    return _joined([*lines, np.array(joints, np.float32)])


def box_lines(corners: Sequence[Point]) -> Lines:
    """Return the 12 edges of a box of 8 corners in the order of Blender's bounding boxes."""
    return np.array([[corners[end] for end in edge] for edge in _EDGES], np.float32)


_EDGES = [(0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4)]
_EDGES += [(0, 4), (1, 5), (2, 6), (3, 7)]


def stroke_lines(points: npt.NDArray[Any], towards: Point, length: float) -> Lines:
    """Return a line from each point (n, 3), of `length` metres, towards one point."""
    way = np.asarray(towards, float) - points
    distance = np.maximum(np.linalg.norm(way, axis=1, keepdims=True), _CLOSE)
    ends = points + way / distance * np.minimum(length, distance)
    return np.asarray(np.stack([points, ends], axis=1), np.float32)


def middle(points: Sequence[Point]) -> Point:
    """Return the middle of the box around points.

    Raises:
        ValueError: there are none.
    """
    x, y, z = ((min(axis) + max(axis)) / 2 for axis in zip(*points, strict=True))
    return x, y, z


def _meridians(shell: Shell) -> list[float]:
    """Return azimuths from end to end, or all around beginning at the side."""
    start, end = (shell.side, shell.side + _FULL_TURN) if shell.is_round else shell.azimuth
    count = max(1, round((end - start) / _MERIDIAN_STEP))
    found = [start + (end - start) * number / count for number in range(count + 1)]
    return found[:-1] if shell.is_round or start == end else found


def _meridian(shell: Shell, radius: float, azimuth: float) -> list[Point]:
    angles = _steps(*shell.elevation)
    return [shell.point(radius, elevation, azimuth) for elevation in angles]


def _parallel(shell: Shell, radius: float, elevation: float) -> Lines:
    start, end = (0.0, _FULL_TURN) if shell.is_round else shell.azimuth
    if math.cos(elevation) < _CLOSE:
        return np.zeros((0, 2, 3), np.float32)
    return _arc([shell.point(radius, elevation, azimuth) for azimuth in _steps(start, end)])


def _joined(lines: Sequence[Lines]) -> Lines:
    joined: Lines = np.concatenate(lines)
    return joined


def _steps(start: float, end: float) -> list[float]:
    count = max(1, math.ceil((end - start) / _ARC_STEP))
    return [start + (end - start) * number / count for number in range(count + 1)]


def _arc(points: Sequence[Point]) -> Lines:
    line = np.array(points, np.float32)
    lines: Lines = np.stack([line[:-1], line[1:]], axis=1)
    return lines
