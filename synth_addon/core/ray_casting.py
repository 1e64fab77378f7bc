"""Ray casting in plain float64 numpy: the truth that checks renderers and fast ray casters.

Rays are origin + parameter * direction. Directions need not be unit: camera rays with z = 1 (see
`camera.pixel_rays`) make the parameter the depth in metres. Only hits with
start <= parameter <= end count, so a surface nearer than `start` hides nothing. Every surface has
two sides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .camera import Intrinsics, pixel_rays, project
from .transforms import Array

Indices = NDArray[np.int64]

PAIRS_AT_ONCE = 1 << 18
"""How many ray-triangle pairs are held in memory at a time."""

EDGE_TOLERANCE = 1e-9
"""Widens triangles by this share of their size, so that no ray slips through a shared edge."""


@dataclass(frozen=True, eq=False)
class Hits:
    """The nearest hits of N rays.

    Attributes:
        distance: (N,) float64 ray parameter; inf where nothing was hit.
        normals: (N, 3) float64 unit geometric normals in the rays' frame, outward (for triangles
            the side seen counter-clockwise), whichever side the ray comes from; zero where nothing
            was hit.
    """

    distance: Array
    normals: Array


@dataclass(frozen=True, eq=False)
class MeshHits(Hits):
    """Hits on a mesh.

    Attributes:
        triangles: (N,) int64 index of the triangle that was hit; -1 where nothing was hit.
    """

    triangles: Indices


def cast_plane(
    origins: ArrayLike,
    directions: ArrayLike,
    point: ArrayLike,
    normal: ArrayLike,
    start: float = 0.0,
    end: float = np.inf,
) -> Hits:
    """Intersect rays (N, 3) with the plane through `point` with `normal` (need not be unit)."""
    source, direction = _rays(origins, directions)
    unit = np.asarray(normal, float) / np.linalg.norm(normal)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = ((np.asarray(point, float) - source) @ unit) / (direction @ unit)
    distance = np.where((distance >= start) & (distance <= end), distance, np.inf)
    return Hits(distance, np.where(np.isfinite(distance)[:, None], unit, 0.0))


def cast_sphere(
    origins: ArrayLike,
    directions: ArrayLike,
    center: ArrayLike,
    radius: float,
    start: float = 0.0,
    end: float = np.inf,
) -> Hits:
    """Intersect rays (N, 3) with a sphere.

    Source: Haines et al., "Precision Improvements for Ray/Sphere Intersection", Ray Tracing Gems,
    chapter 7: the discriminant is taken from the ray's distance to the centre.
    """
    source, direction = _rays(origins, directions)
    middle = np.asarray(center, float)
    to_center = middle - source
    squared_length = np.einsum("ij,ij->i", direction, direction)
    closest = np.einsum("ij,ij->i", to_center, direction) / squared_length
    miss = to_center - closest[:, None] * direction
    rest = radius * radius - np.einsum("ij,ij->i", miss, miss)
    half = np.sqrt(np.where(rest >= 0, rest, np.nan) / squared_length)
    distance = _first_within(closest - half, closest + half, start, end)
    hit = np.isfinite(distance)
    normals = np.zeros_like(source)
    points = source[hit] + distance[hit, None] * direction[hit]
    normals[hit] = (points - middle) / radius
    return Hits(distance, normals)


def cast_box(
    origins: ArrayLike,
    directions: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    start: float = 0.0,
    end: float = np.inf,
) -> Hits:
    """Intersect rays (N, 3) with the axis-aligned box from corner `low` to corner `high`.

    Source: the slab method, Kay and Kajiya, "Ray Tracing Complex Scenes", SIGGRAPH 1986.
    """
    source, direction = _rays(origins, directions)
    with np.errstate(divide="ignore", invalid="ignore"):
        to_low = (np.asarray(low, float) - source) / direction
        to_high = (np.asarray(high, float) - source) / direction
    entries, exits = np.minimum(to_low, to_high), np.maximum(to_low, to_high)
    # 0 / 0: the ray runs within a face's plane, so this axis does not bound it.
    entries[np.isnan(entries)] = -np.inf
    exits[np.isnan(exits)] = np.inf
    first, last = entries.max(axis=1), exits.min(axis=1)
    missed = first > last
    first[missed] = last[missed] = np.nan
    distance = _first_within(first, last, start, end)
    entered = distance == first
    axis = np.where(entered, entries.argmax(axis=1), exits.argmin(axis=1))
    rows = np.flatnonzero(np.isfinite(distance))
    normals = np.zeros_like(source)
    outward = np.where(entered[rows], -1.0, 1.0)
    normals[rows, axis[rows]] = outward * np.sign(direction[rows, axis[rows]])
    return Hits(distance, normals)


def cast_mesh(
    origins: ArrayLike,
    directions: ArrayLike,
    vertices: Array,
    triangles: NDArray[np.int32],
    start: float = 0.0,
    end: float = np.inf,
) -> MeshHits:
    """Intersect any rays (N, 3) with a mesh: every ray that meets its box, with every triangle.

    Source: Moeller and Trumbore, "Fast, Minimum Storage Ray/Triangle Intersection", 1997, with
    the triple products turned so that rays and triangles meet in matrix products.
    """
    source, direction = _rays(origins, directions)
    distance = np.full(len(source), np.inf)
    nearest = np.full(len(source), -1, np.int64)
    if not len(triangles):
        return MeshHits(distance, np.zeros_like(source), nearest)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    margin = EDGE_TOLERANCE * (1.0 + float((high - low).max()))
    in_box = np.isfinite(cast_box(source, direction, low - margin, high + margin, -np.inf).distance)
    candidates = np.flatnonzero(in_box)
    step = max(1, PAIRS_AT_ONCE // len(triangles))
    for begin in range(0, len(candidates), step):
        rays = candidates[begin : begin + step]
        pairs = _moeller_trumbore(source[rays], direction[rays], vertices[triangles])
        pairs[~((pairs >= start) & (pairs <= end))] = np.inf
        best = pairs.argmin(axis=1)
        distance[rays] = pairs[np.arange(len(rays)), best]
        nearest[rays] = np.where(np.isfinite(distance[rays]), best, -1)
    return MeshHits(distance, _normals_of(vertices[triangles], nearest), nearest)


def cast_mesh_in_view(
    intrinsics: Intrinsics,
    vertices: Array,
    triangles: NDArray[np.int32],
    start: float,
    end: float = np.inf,
    wanted: NDArray[np.bool_] | None = None,
) -> MeshHits:
    """Intersect the rays of all pixel centres with a mesh in the camera frame.

    Each triangle meets only the pixels in the bounding box of its part beyond `start`.

    Args:
        vertices: (V, 3) metres, camera frame (OpenCV axes).
        start, end: least and greatest depth in metres.
        wanted: (height, width) pixels to cast; all when None. The others stay without a hit.

    Returns:
        hits of height * width rays in row order; distances are depths in metres.

    Raises:
        ValueError: `start` is not positive.
    """
    if start <= 0:
        raise ValueError(f"start must be positive, not {start}")
    corners = np.asarray(vertices, float)[triangles]
    # For rays from one point, Moeller-Trumbore's numerators are linear in the ray.
    edge1, edge2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = np.cross(edge1, edge2)
    forms = np.stack([normal, np.cross(edge2, corners[:, 0]), np.cross(corners[:, 0], edge1)])
    height_over_origin = np.einsum("ij,ij->i", corners[:, 0], normal)
    distance = np.full(intrinsics.height * intrinsics.width, np.inf)
    nearest = np.full(len(distance), -1, np.int64)
    for triangle, column, row, values in _pixel_pairs(intrinsics, corners, start, forms, wanted):
        with np.errstate(divide="ignore", invalid="ignore"):
            u, v = values[1] / values[0], values[2] / values[0]
            depth = height_over_origin[triangle] / values[0]
        inside = _inside(u, v) & (depth >= start) & (depth <= end)
        pixel = row[inside] * intrinsics.width + column[inside]
        _keep_nearest(distance, nearest, pixel, depth[inside], triangle[inside])
    return MeshHits(distance, _normals_of(corners, nearest), nearest)


def _rays(origins: ArrayLike, directions: ArrayLike) -> tuple[Array, Array]:
    source, direction = np.asarray(origins, float), np.asarray(directions, float)
    source, direction = np.broadcast_arrays(source, direction)
    return source.reshape(-1, 3).copy(), direction.reshape(-1, 3).copy()


def _first_within(first: Array, second: Array, start: float, end: float) -> Array:
    """Return `first` where it lies in start..end, else `second` where that does, else inf."""
    distance = np.where((second >= start) & (second <= end), second, np.inf)
    return np.where((first >= start) & (first <= end), first, distance)


def _inside(u: Array, v: Array) -> NDArray[np.bool_]:
    """Tell which barycentric coordinates lie within the triangle, with the tolerance."""
    return (u >= -EDGE_TOLERANCE) & (v >= -EDGE_TOLERANCE) & (u + v <= 1 + EDGE_TOLERANCE)


def _moeller_trumbore(source: Array, direction: Array, corners: Array) -> Array:
    """Return the parameters (N, T) at which rays meet triangles `corners` (T, 3, 3), or inf."""
    base, edge1, edge2 = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = np.cross(edge1, edge2)
    moment = np.cross(source, direction)
    with np.errstate(divide="ignore", invalid="ignore"):
        determinant = direction @ normal.T
        u = (direction @ np.cross(edge2, base).T - moment @ edge2.T) / determinant
        v = (direction @ np.cross(base, edge1).T + moment @ edge1.T) / determinant
        height = np.einsum("ij,ij->i", base, normal) - source @ normal.T
        distance: Array = height / determinant
    distance[~_inside(u, v)] = np.inf
    return distance


def _normals_of(corners: Array, chosen: Indices) -> Array:
    """Return the unit normals (N, 3) of the `chosen` triangles; zero where that is -1."""
    hit = np.flatnonzero(chosen >= 0)
    normals = np.zeros((len(chosen), 3))
    used, place = np.unique(chosen[hit], return_inverse=True)
    picked = corners[used]
    cross = np.cross(picked[:, 1] - picked[:, 0], picked[:, 2] - picked[:, 0])
    normals[hit] = (cross / np.linalg.norm(cross, axis=1, keepdims=True))[place]
    return normals


def _pixel_pairs(
    intrinsics: Intrinsics,
    corners: Array,
    start: float,
    forms: Array,
    wanted: NDArray[np.bool_] | None,
) -> Iterator[tuple[Indices, Indices, Indices, Array]]:
    """Yield bounded batches of (triangle, column, row, forms (F, T, 3) applied to the rays)."""
    left, top, right, bottom = _pixel_boxes(intrinsics, corners, start)
    owner, offset = _expand(np.where(right > left, bottom - top, 0))
    rows = top[owner] + offset
    y = pixel_rays(intrinsics, np.zeros(intrinsics.height), np.arange(intrinsics.height))[:, 1]
    x = pixel_rays(intrinsics, np.arange(intrinsics.width), np.zeros(intrinsics.width))[:, 0]
    slopes, offsets = forms[:, owner, 0], forms[:, owner, 1] * y[rows] + forms[:, owner, 2]
    widths = (right - left)[owner]
    totals = np.cumsum(widths)
    begin = 0
    while begin < len(widths):
        done = totals[begin] - widths[begin]
        stop = max(begin + 1, int(np.searchsorted(totals, done + PAIRS_AT_ONCE, "right")))
        span, offset = _expand(widths[begin:stop])
        span += begin
        column, row = left[owner[span]] + offset, rows[span]
        if wanted is not None:
            keep = wanted[row, column]
            span, column, row = span[keep], column[keep], row[keep]
        yield owner[span], column, row, slopes[:, span] * x[column] + offsets[:, span]
        begin = stop


def _pixel_boxes(intrinsics: Intrinsics, corners: Array, start: float) -> tuple[Indices, ...]:
    """Return left, top, right, bottom (T,) of the pixels that may see each triangle."""
    following = np.roll(corners, -1, axis=1)
    z, next_z = corners[..., 2], following[..., 2]
    crosses = (z < start) != (next_z < start)
    share = (start - z) / np.where(crosses, next_z - z, np.nan)
    cut = corners + share[..., None] * (following - corners)
    points = np.concatenate([np.where((z >= start)[..., None], corners, np.nan), cut], axis=1)
    pixels = project(intrinsics, points.reshape(-1, 3))[0].reshape(-1, 6, 2)
    size = np.array([intrinsics.width, intrinsics.height], float)
    low = np.ceil(np.fmin.reduce(pixels, axis=1) - 0.5 - 1e-6)
    high = np.floor(np.fmax.reduce(pixels, axis=1) - 0.5 + 1e-6) + 1
    low, high = np.clip(np.nan_to_num(low), 0, size), np.clip(np.nan_to_num(high), 0, size)
    first, last = low.astype(np.int64), np.maximum(low, high).astype(np.int64)
    return first[:, 0], first[:, 1], last[:, 0], last[:, 1]


def _expand(counts: Indices) -> tuple[Indices, Indices]:
    """Return, for sum(counts) entries, which count each belongs to and its number within it."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - (np.cumsum(counts) - counts)[owner]


def _keep_nearest(
    distance: Array, nearest: Indices, pixel: Indices, depth: Array, triangle: Indices
) -> None:
    """Write the candidates that are nearer than what `distance` and `nearest` hold by now."""
    nearer = depth < distance[pixel]
    pixel, depth, triangle = pixel[nearer], depth[nearer], triangle[nearer]
    np.minimum.at(distance, pixel, depth)
    winner = depth == distance[pixel]
    nearest[pixel[winner]] = triangle[winner]
