"""Distances from points to triangles, exact and vectorised."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .transforms import Array

_PAIRS_AT_ONCE = 1 << 14


def nearest_distances(points: Array, corners: Array, reach: ArrayLike) -> Array:
    """Return each point's distance (P,) to the nearest triangle, or inf beyond its reach.

    Points are halved along their longest side, with the triangles near each half, until few pairs
    are left to compare.

    Args:
        points: (P, 3).
        corners: (T, 3, 3), the triangles' corners in the points' frame.
        reach: largest distance of interest, one for all or one per point.
    """
    reaches = np.broadcast_to(np.asarray(reach, float), len(points))
    if not len(points):
        return np.full(0, np.inf)
    corners = triangles_near(corners, points, float(reaches.max()))
    if len(points) * len(corners) <= _PAIRS_AT_ONCE or len(points) == 1:
        return _compared(points, corners, reaches)
    order = np.argsort(points[:, np.argmax(np.ptp(points, axis=0))], kind="stable")
    nearest = np.empty(len(points))
    for half in np.array_split(order, 2):
        nearest[half] = nearest_distances(points[half], corners, reaches[half])
    return nearest


def triangles_near(corners: Array, points: Array, reach: float) -> Array:
    """Return the triangles (N, 3, 3) whose box comes within `reach` of the points' box."""
    low, high = points.min(axis=0) - reach, points.max(axis=0) + reach
    keep = np.all((corners.min(axis=1) < high) & (corners.max(axis=1) > low), axis=1)
    chosen: Array = corners[keep]
    return chosen


def _compared(points: Array, corners: Array, reaches: Array) -> Array:
    nearest = np.full(len(points), np.inf)
    low, high = corners.min(axis=1), corners.max(axis=1)
    at, around = points[:, None, :], reaches[:, None, None]
    near = np.all((at > low - around) & (at < high + around), axis=2)
    which, triangle = np.nonzero(near)
    np.minimum.at(nearest, which, pair_distances(points[which], corners[triangle]))
    nearest[nearest > reaches] = np.inf
    return nearest


def snapped(points: Array, corners: Array, reach: float) -> Array:
    """Return the points (P, 3), those within `reach` of a triangle moved to the nearest spot."""
    result = points.copy()
    nearest = nearest_distances(points, corners, reach)
    low, high = corners.min(axis=1) - reach, corners.max(axis=1) + reach
    for index in np.flatnonzero(np.isfinite(nearest)):
        near = np.all((points[index] > low) & (points[index] < high), axis=1)
        spots = pair_nearest(np.broadcast_to(points[index], (int(near.sum()), 3)), corners[near])
        result[index] = spots[np.argmin(np.linalg.norm(spots - points[index], axis=1))]
    return result


def pair_distances(points: Array, corners: Array) -> Array:
    """Return the distance (N,) of point i of `points` (N, 3) to triangle i of `corners`."""
    distances: Array = np.linalg.norm(points - pair_nearest(points, corners), axis=1)
    return distances


def pair_nearest(points: Array, corners: Array) -> Array:
    """Return the spot (N, 3) of triangle i of `corners` (N, 3, 3) nearest to point i (N, 3).

    The foot of the perpendicular where its barycentric coordinates lie within the triangle, else
    the nearest spot of an edge (Ericson, "Real-Time Collision Detection", 2005, section 5.1.5). A
    triangle without area counts as its edges.
    """
    a, b, c = corners.transpose(1, 0, 2)
    spots = np.stack([_on_edge(points, p, q) for p, q in ((a, b), (b, c), (c, a))])
    best = np.argmin(np.linalg.norm(spots - points, axis=2), axis=0)
    nearest: Array = spots[best, np.arange(len(points))]
    normal = np.cross(b - a, c - a)
    area = np.einsum("ij,ij->i", normal, normal)
    offset = points - a
    u = np.einsum("ij,ij->i", np.cross(offset, c - a), normal)
    v = np.einsum("ij,ij->i", np.cross(b - a, offset), normal)
    above = (u >= 0) & (v >= 0) & (u + v <= area) & (area > 0)
    height = np.einsum("ij,ij->i", offset, normal)[above] / area[above]
    nearest[above] = points[above] - height[:, None] * normal[above]
    return nearest


def _on_edge(points: Array, begin: Array, end: Array) -> Array:
    along = end - begin
    length = np.einsum("ij,ij->i", along, along)
    share = np.einsum("ij,ij->i", points - begin, along) / np.maximum(length, 1e-300)
    spots: Array = begin + np.clip(share, 0.0, 1.0)[:, None] * along
    return spots
