"""Geometry of closed meshes and hulls, computed plainly, to check shapes against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synth_addon.core.mesh import TriangleMesh

Array = NDArray[np.float64]


def winding_numbers(points: Array, mesh: TriangleMesh) -> Array:
    """Return how often the mesh goes around each point (P, 3): 0 outside, 1 or more inside.

    Van Oosterom and Strackee, "The solid angle of a plane triangle", 1983.
    """
    corners = mesh.vertices[mesh.triangles]
    numbers = []
    for point in points:
        a, b, c = np.moveaxis(corners - point, 1, 0)
        la, lb, lc = (np.linalg.norm(side, axis=1) for side in (a, b, c))
        top = np.einsum("ij,ij->i", a, np.cross(b, c))
        dots = (np.einsum("ij,ij->i", u, v) for u, v in ((b, c), (c, a), (a, b)))
        bottom = la * lb * lc + sum(s * d for s, d in zip((la, lb, lc), dots, strict=True))
        numbers.append(np.arctan2(top, bottom).sum() / (2 * np.pi))
    return np.round(numbers)


def distances(points: Array, mesh: TriangleMesh) -> Array:
    """Return how far each point (P, 3) is from the nearest triangle."""
    corners = mesh.vertices[mesh.triangles]
    return np.array([_distance(point, corners) for point in points])


def _distance(point: Array, corners: Array) -> float:
    ends = np.roll(corners, -1, axis=1)
    sides = ends - corners
    shares = np.einsum("tki,tki->tk", point - corners, sides) / (sides**2).sum(axis=2)
    nearest = corners + np.clip(shares, 0, 1)[..., None] * sides
    to_sides = np.linalg.norm(nearest - point, axis=2).min()
    normals = np.cross(sides[:, 0], sides[:, 1])
    inward = np.cross(normals[:, None], sides)
    above = (np.einsum("tki,tki->tk", point - corners, inward) >= 0).all(axis=1)
    heights = np.einsum("ti,ti->t", point - corners[:, 0], normals)
    lengths = np.linalg.norm(normals, axis=1)
    to_planes = np.abs(heights[above]) / lengths[above]
    return float(min(to_sides, to_planes.min(initial=np.inf)))


def hull_planes(points: Array) -> tuple[Array, Array]:
    """Return the outward normals (F, 3) and offsets (F,) of a convex hull, grown point by point.

    The points are first shaken by a millionth of their size, so that no four share a plane.
    """
    rng = np.random.default_rng(0)
    size = np.ptp(points, axis=0).max()
    points = points + rng.uniform(-1e-6, 1e-6, points.shape) * size
    points = points[rng.permutation(len(points))]
    inside = points[:4].mean(axis=0)
    faces = np.array([[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]])
    normals, offsets = _planes(points, faces, inside)
    for index in range(4, len(points)):
        seen = normals @ points[index] > offsets
        if not seen.any():
            continue
        faces = np.vstack([faces[~seen], _cone(faces[seen], index)])
        normals, offsets = _planes(points, faces, inside)
    return normals, offsets


def _cone(seen: NDArray[np.int64], apex: int) -> NDArray[np.int64]:
    """Return triangles from the edges around the seen faces to the apex."""
    edges = np.sort(np.vstack([seen[:, [0, 1]], seen[:, [1, 2]], seen[:, [2, 0]]]), axis=1)
    rim, counts = np.unique(edges, axis=0, return_counts=True)
    rim = rim[counts == 1]
    return np.column_stack([rim, np.full(len(rim), apex)])


def _planes(points: Array, faces: NDArray[np.int64], inside: Array) -> tuple[Array, Array]:
    a, b, c = np.moveaxis(points[faces], 1, 0)
    normals = np.cross(b - a, c - a)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    offsets = np.einsum("ij,ij->i", normals, a)
    flip = np.where(normals @ inside > offsets, -1.0, 1.0)
    return normals * flip[:, None], offsets * flip


def outside_hulls(points: Array, pieces: tuple[Array, ...]) -> Array:
    """Return by how much each point (P, 3) lies outside the nearest piece's hull; 0 if in one."""
    excess = np.full(len(points), np.inf)
    for piece in pieces:
        normals, offsets = hull_planes(piece)
        excess = np.minimum(excess, (points @ normals.T - offsets).max(axis=1))
    return np.maximum(excess, 0.0)
