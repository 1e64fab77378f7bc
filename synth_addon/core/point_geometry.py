"""Where a point is in relation to triangles: how far from them, and whether inside."""

from __future__ import annotations

import numpy as np

from .transforms import Array


def winding_number(corners: Array, point: Array) -> float:
    """Return how often triangles (T, 3, 3) wind around `point` (3,): 1 inside, 0 outside.

    Exact for closed meshes whose triangles are counter-clockwise seen from outside; holes make it
    fall short of 1 gradually (Jacobson et al., "Robust inside-outside segmentation using
    generalized winding numbers", 2013). Solid angles by Van Oosterom and Strackee, 1983.
    """
    a, b, c = np.moveaxis(corners - point, 1, 0)
    la, lb, lc = (np.linalg.norm(side, axis=1) for side in (a, b, c))
    volume = np.einsum("ij,ij->i", a, np.cross(b, c))
    spread = la * lb * lc + _dot(a, b) * lc + _dot(b, c) * la + _dot(c, a) * lb
    return float(np.arctan2(volume, spread).sum() / (2 * np.pi))


def distance_to_triangles(corners: Array, point: Array) -> float:
    """Return the least distance from `point` (3,) to triangles (T, 3, 3); inf if there are none.

    A triangle is nearest in its inside, where the point's foot on its plane is in it, or else on
    one of its sides.
    """
    if not len(corners):
        return float("inf")
    relative = corners - point
    edges = np.roll(relative, -1, axis=1) - relative
    normals = np.cross(edges[:, 0], edges[:, 1])
    squared = _dot(normals, normals)
    outward = np.cross(edges, normals[:, None])
    over = np.all(_dot(outward, relative) >= 0, axis=1) & (squared > 0)
    height = np.abs(_dot(normals[over], relative[over, 0])) / np.sqrt(squared[over])
    return float(min(_distance_to_sides(relative, edges), height.min(initial=np.inf)))


def _distance_to_sides(starts: Array, edges: Array) -> float:
    """Return the least distance from the origin to segments that start and reach so (…, 3)."""
    length = np.maximum(_dot(edges, edges), np.finfo(float).tiny)
    share = np.clip(-_dot(starts, edges) / length, 0, 1)
    nearest = starts + share[..., None] * edges
    return float(np.sqrt(_dot(nearest, nearest).min()))


def _dot(one: Array, other: Array) -> Array:
    product: Array = np.einsum("...i,...i->...", one, other)
    return product
