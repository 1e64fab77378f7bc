"""Curved handles on the side of a vessel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..mesh import TriangleMesh
from ..transforms import Array
from .loft import loft

_STATIONS = 33
_SIDES = 20
# 2 would be half an ellipse; more gives the fuller bow of a mug's handle.
_FULLNESS = 2.5
_FLARE = 0.45


@dataclass(frozen=True, eq=False)
class VesselSide:
    """The outside of a vessel, to which a handle is fixed.

    Attributes:
        outline: (P, 2) points (r, z), metres, z rising.
        wall: thickness behind it, metres.
    """

    outline: Array
    wall: float

    def radius(self, z: Array) -> Array:
        """Return the outer radius at heights `z`, same shape."""
        return np.asarray(np.interp(z, self.outline[:, 1], self.outline[:, 0]))


def build_handle(side: VesselSide, size: float) -> TriangleMesh:
    """Return the closed tube through `handle_rings`."""
    return loft(handle_rings(side, size))


def handle_rings(side: VesselSide, size: float) -> Array:
    """Return the rings (N, S, 3) of a bow in the xz plane.

    Its ends stop halfway through the vessel's wall.

    Args:
        side: what it is fixed to.
        size: how far it reaches beyond the vessel's greatest radius, metres; above 0.
    """
    height = side.outline[-1, 1]
    half_span = min(0.3 * height, 1.1 * size)
    ends = height / 2 + half_span * np.array([1.0, -1.0])
    thickness = min(0.15 * size, 0.2 * half_span, 0.07 * height)
    width = min(1.5 * thickness, 0.3 * side.radius(ends).min())
    outermost = side.outline[:, 0].max() + size
    path, nearness = _path(side, ends, outermost - thickness)
    rings = _rings(path, nearness, thickness, width)
    lean = side.radius(rings[..., 2]) - side.radius(path[:, 1])[:, None]
    rings[..., 0] += nearness[:, None] * lean
    rings[[0, -1], :, 0] = _inside_wall(side, rings[[0, -1]])
    return _reaching(rings, outermost)


def _path(side: VesselSide, ends: Array, reach: float) -> tuple[Array, Array]:
    """Return the centre line (N, 2) in (x, z) from upper to lower end, and nearness to the ends.

    The bow is half a superellipse on the line between the two fixing points. Nearness (N,) is
    1 at the wall and falls to 0 along the bow.
    """
    angles = np.linspace(np.pi / 2, -np.pi / 2, _STATIONS)
    rise = np.sign(angles) * np.abs(np.sin(angles)) ** (2 / _FULLNESS)
    out = np.cos(angles) ** (2 / _FULLNESS)
    out[[0, -1]] = 0.0
    upper, lower = side.radius(ends)
    base = (upper + lower) / 2 + (upper - lower) / 2 * rise
    z = ends.mean() + (ends[0] - ends[1]) / 2 * rise
    bow = np.stack([base + (reach - (upper + lower) / 2) * out, z], axis=1)
    inner = np.stack([side.radius(ends) - side.wall / 2, ends], axis=1)
    nearness = np.exp(-((1 - np.abs(rise)) / 0.12) - (out / 0.25) ** 2)
    return np.vstack([inner[:1], bow, inner[1:]]), np.pad(nearness, 1, constant_values=1.0)


def _rings(path: Array, nearness: Array, thickness: float, width: float) -> Array:
    """Return elliptic cross-sections (N, S, 3) square to the path, wider near the wall."""
    tangents = np.gradient(path, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    outward = np.stack([-tangents[:, 1], tangents[:, 0]], axis=1)
    angles = 2 * np.pi * np.arange(_SIDES) / _SIDES
    flare = (1 + _FLARE * nearness)[:, None]
    across = flare * thickness * np.cos(angles)
    x = path[:, :1] + outward[:, :1] * across
    z = path[:, 1:] + outward[:, 1:] * across
    y = -flare * width * np.sin(angles)
    return np.stack([x, y, z], axis=2)


def _inside_wall(side: VesselSide, ring: Array) -> Array:
    """Return the x that puts ring points halfway into the wall, so that none shows inside."""
    middle = side.radius(ring[..., 2]) - side.wall / 2
    return np.asarray(np.sqrt(middle**2 - ring[..., 1] ** 2))


def _reaching(rings: Array, outermost: float) -> Array:
    """Return the rings stretched along x, beyond where they meet the wall, to end there exactly."""
    fixed = rings[[0, 1, -2, -1], :, 0].max()
    x = rings[..., 0]
    factor = (outermost - fixed) / (x.max() - fixed)
    stretched = rings.copy()
    stretched[..., 0] = np.where(x > fixed, fixed + (x - fixed) * factor, x)
    return stretched
