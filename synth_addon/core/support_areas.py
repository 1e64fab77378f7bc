"""Finds the level areas of a thing on which others can stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from embreex.mesh_construction import TriangleMesh as EmbreeTriangles
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from .mesh import TriangleMesh
from .transforms import Array

_CELLS = 48
"""Rays along the longer side; the areas' borders are as exact as a cell."""
_LEVEL = 0.95
"""Least z of the unit normal of what counts as level."""
_SAME_HEIGHT_M = 0.01
_LEAST_AREA_M2 = 0.015
_LEAST_CLEARANCE_M = 0.15
_LEAST_FILLED = 0.7
_LEAST_OPEN = 0.5
"""Share of an area's usual clearance below which a place is left out, such as under a backrest."""
_MOST_LAYERS = 64


@dataclass(frozen=True)
class SupportArea:
    """A level rectangle in the thing's own frame; metres, scale included.

    Attributes:
        center: its middle.
        half: half its sizes along x and y.
        clearance: free height above it; inf where nothing is above.
    """

    center: tuple[float, float, float]
    half: tuple[float, float]
    clearance: float


@dataclass(frozen=True, eq=False)
class _Hits:
    """Where vertical rays meet level surfaces from above: cells (H, 2), heights, free space."""

    cells: NDArray[np.int64]
    heights: Array
    clearances: Array


def support_areas(mesh: TriangleMesh, scale: float = 1.0) -> tuple[SupportArea, ...]:
    """Return the level areas that face up and have room above, from the lowest to the highest.

    An area is the rectangle around all level places of one height, so that gaps in it count as
    part of it; where they are more than a third, it is left out.
    """
    vertices = scale * mesh.vertices
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    cell = float(max(high[:2] - low[:2])) / _CELLS
    if cell <= 0:
        return ()
    counts = np.maximum(1, np.ceil((high[:2] - low[:2]) / cell)).astype(int)
    steps = (high[:2] - low[:2]) / counts
    cells = np.stack(np.meshgrid(*map(np.arange, counts), indexing="ij"), axis=-1).reshape(-1, 2)
    points = low[:2] + (cells + 0.5) * steps
    hits = _level_hits(vertices[mesh.triangles], cells, points, float(high[2]))
    return tuple(_areas(hits, low[:2], steps))


def _level_hits(corners: Array, cells: NDArray[np.int64], points: Array, top: float) -> _Hits:
    """Follow a ray down from above through each point, past every surface that it meets.

    Where the surface above faces up as well, the place is inside a part of the thing.
    """
    tree = EmbreeScene(robust=True)
    EmbreeTriangles(tree, corners.astype(np.float32))
    edges = corners[:, 1:] - corners[:, :1]
    normals = np.cross(edges[:, 0], edges[:, 1])
    up = normals[:, 2] / np.maximum(np.linalg.norm(normals, axis=1), 1e-300)
    step = 1e-4
    ids = np.arange(len(points))
    start = np.full(len(points), top + step)
    above = np.full(len(points), np.inf)
    covered = np.zeros(len(points), bool)
    found: list[tuple[NDArray[np.int64], Array, Array]] = []
    for _ in range(_MOST_LAYERS):
        origins = np.column_stack([points[ids], start[ids]]).astype(np.float32)
        down = np.tile(np.array([0, 0, -1], np.float32), (len(ids), 1))
        reach = np.full(len(ids), 1e6, np.float32)
        answer = tree.run(origins, down, reach, output=True)
        hit = answer["primID"] >= 0
        ids, facing = ids[hit], up[answer["primID"][hit]]
        if not len(ids):
            break
        height = start[ids] - answer["tfar"][hit]
        level = (facing > _LEVEL) & ~covered[ids]
        found.append((ids[level], height[level], (above[ids] - height)[level]))
        above[ids], covered[ids] = height, facing > 0
        start[ids] = height - step
    rays, heights, clearances = (np.concatenate(part) for part in zip(*found, strict=True))
    return _Hits(cells[rays], heights, clearances)


def _areas(hits: _Hits, origin: Array, steps: Array) -> list[SupportArea]:
    usable = hits.clearances >= _LEAST_CLEARANCE_M
    cells, heights, free = hits.cells[usable], hits.heights[usable], hits.clearances[usable]
    order = np.argsort(heights, kind="stable")
    splits = np.flatnonzero(np.diff(heights[order]) > _SAME_HEIGHT_M) + 1
    areas = []
    for members in np.split(order, splits):
        if not len(members):
            continue
        members = members[free[members] >= _LEAST_OPEN * np.median(free[members])]
        first, last = cells[members].min(axis=0), cells[members].max(axis=0) + 1
        size = (last - first) * steps
        filled = len(members) / np.prod(last - first)
        if np.prod(size) < _LEAST_AREA_M2 or filled < _LEAST_FILLED:
            continue
        middle = origin + (first + last) / 2 * steps
        areas.append(
            SupportArea(
                center=(float(middle[0]), float(middle[1]), float(np.median(heights[members]))),
                half=(float(size[0] / 2), float(size[1] / 2)),
                clearance=float(free[members].min()),
            )
        )
    return areas
