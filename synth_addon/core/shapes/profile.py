"""Polylines in the (r, z) plane: what a lathe turns."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..transforms import Array

Point = tuple[float, float]

# Below the angle by which Blender tells smooth edges from sharp ones.
_ARC_STEP = math.radians(18)
# A turn by less than this is no corner, and would make an arc of near endless radius.
_LEAST_TURN = 1e-3
# Neighbours closer than this share of the whole become one point.
_SAME = 1e-6


def rounded(corners: Sequence[tuple[float, float, float]]) -> Array:
    """Return a polyline with its corners replaced by circular arcs.

    Args:
        corners: (r, z, cut) of each point, metres; `cut` is how far before and after the corner
            its arc begins and ends. Cuts that would overlap are shortened in proportion, so a
            cut longer than half a side rounds the whole side. 0 keeps the corner; the first and
            the last point are always kept.

    Returns:
        (P, 2) float64.
    """
    points = np.array([corner[:2] for corner in corners], dtype=np.float64)
    cuts = np.array([corner[2] for corner in corners], dtype=np.float64)
    cuts[[0, -1]] = 0.0
    sides = np.linalg.norm(np.diff(points, axis=0), axis=1)
    wanted = cuts[:-1] + cuts[1:]
    share = np.minimum(1.0, sides / np.maximum(wanted, np.finfo(float).tiny))
    cuts[1:-1] *= np.minimum(share[:-1], share[1:])
    arcs = [
        _arc(points[i - 1], points[i], points[i + 1], cuts[i]) for i in range(1, len(points) - 1)
    ]
    return distinct(np.concatenate([points[:1], *arcs, points[-1:]]))


def _arc(before: Array, corner: Array, after: Array, cut: float) -> Array:
    """Return the points of the arc that touches both sides at distance `cut` from the corner."""
    into = (corner - before) / np.linalg.norm(corner - before)
    out = (after - corner) / np.linalg.norm(after - corner)
    turn = math.atan2(into[0] * out[1] - into[1] * out[0], float(into @ out))
    if cut <= 0 or abs(turn) < _LEAST_TURN:
        return corner[None]
    radius = cut / math.tan(turn / 2)
    start = corner - cut * into
    centre = start + radius * np.array([-into[1], into[0]])
    angles = np.linspace(0.0, turn, math.ceil(abs(turn) / _ARC_STEP) + 1)[:, None]
    spoke = start - centre
    across = np.array([-spoke[1], spoke[0]])
    return np.asarray(centre + np.cos(angles) * spoke + np.sin(angles) * across)


def distinct(points: Array) -> Array:
    """Return the polyline (P, 2) without points that all but repeat their forerunner.

    The first and the last point are kept.
    """
    tolerance = _SAME * float(np.ptp(points, axis=0).max())
    kept = [points[0]]
    for point in points[1:-1]:
        if min(math.dist(point, kept[-1]), math.dist(point, points[-1])) > tolerance:
            kept.append(point)
    return np.array([*kept, points[-1]])


def inset(points: Sequence[Point], distance: float) -> list[Point]:
    """Return the polyline moved to its left by `distance`, with mitred corners."""
    line = np.array(points, dtype=np.float64)
    steps = np.diff(line, axis=0)
    normals = np.stack([-steps[:, 1], steps[:, 0]], axis=1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    before, after = np.vstack([normals[:1], normals]), np.vstack([normals, normals[-1:]])
    mitre = (before + after) / (1 + np.sum(before * after, axis=1, keepdims=True))
    return [(float(r), float(z)) for r, z in line + distance * mitre]


def widened(profile: Array, radius: float) -> Array:
    """Return the profile with its radii scaled so that the greatest one is `radius`.

    Makes up for what rounding took from the widest corner.
    """
    return np.asarray(profile * np.array([radius / profile[:, 0].max(), 1.0]))
