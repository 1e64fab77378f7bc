"""How near two bodies are, or how deep one is in the other, by their true triangles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from embreex.mesh_construction import TriangleMesh as EmbreeTriangles
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from .mass_properties import is_closed
from .mesh import TriangleMesh
from .point_distances import nearest_distances
from .scene_spec import Pose
from .surface_points import surface_points
from .transforms import Array, inverse_rigid, transform_points

SPACING_M = 0.004
"""Between the points of a surface at which contacts are measured."""
DEEPEST_M = 0.02
"""Penetrations beyond this depth are reported as this deep."""
_PROBES = np.array([[0.37, 0.53, 0.76], [-0.71, 0.32, -0.63], [0.45, -0.82, 0.35]])


class Solid:
    """A mesh at one scale, made ready for measuring; bodies with the same mesh share it."""

    def __init__(self, mesh: TriangleMesh, scale: float) -> None:
        self.vertices: Array = scale * mesh.vertices
        self.corners: Array = self.vertices[mesh.triangles]
        self._triangles = np.ascontiguousarray(mesh.triangles, np.int32)
        self.low, self.high = self.vertices.min(axis=0), self.vertices.max(axis=0)

    @cached_property
    def points(self) -> Array:
        """Points (N, 3) on the surface."""
        return surface_points(TriangleMesh(self.vertices, self._triangles), SPACING_M)

    @cached_property
    def is_closed(self) -> bool:
        """Whether there is an inside."""
        return is_closed(TriangleMesh(self.vertices, self._triangles))

    @cached_property
    def _tree(self) -> Any:
        """The triangles in the cube from -1 to 1, where float32 is exact enough."""
        unit = (self.vertices - self._middle) / self._half
        tree = EmbreeScene(robust=True)
        EmbreeTriangles(tree, np.ascontiguousarray(unit, np.float32), self._triangles)
        return tree

    @property
    def _middle(self) -> Array:
        middle: Array = (self.low + self.high) / 2
        return middle

    @property
    def _half(self) -> float:
        return float((self.high - self.low).max()) / 2 or 1.0

    def holds(self, points: Array) -> NDArray[np.bool_]:
        """Return which points (P,) lie inside: most of three rays leave through a back face."""
        inside = np.zeros(len(points), bool)
        if not self.is_closed:
            return inside
        boxed = np.flatnonzero(np.all((points > self.low) & (points < self.high), axis=1))
        if not len(boxed):
            return inside
        origins = np.repeat((points[boxed] - self._middle) / self._half, len(_PROBES), axis=0)
        directions = np.tile(_PROBES, (len(boxed), 1))
        hit = self._tree.run(
            origins.astype(np.float32), directions.astype(np.float32), output=True
        )["primID"]
        a, b, c = self.corners[hit].transpose(1, 0, 2)
        leaving = np.einsum("ij,ij->i", np.cross(b - a, c - a), directions) > 0
        votes = (leaving & (hit >= 0)).reshape(len(boxed), len(_PROBES)).sum(axis=1)
        inside[boxed] = 2 * votes > len(_PROBES)
        return inside


@dataclass(frozen=True, eq=False)
class Body:
    """A solid somewhere in the world."""

    solid: Solid
    pose: Pose

    @cached_property
    def matrix(self) -> Array:
        """``world_from_object``, rigid 4x4."""
        return self.pose.matrix

    @cached_property
    def vertices(self) -> Array:
        """All vertices (V, 3) in the world frame."""
        return transform_points(self.matrix, self.solid.vertices)

    @cached_property
    def bounds(self) -> tuple[Array, Array]:
        """The lower and upper corner (3,) of the box around it, world frame."""
        return self.vertices.min(axis=0), self.vertices.max(axis=0)

    def is_near(self, other: Body, reach: float) -> bool:
        """Return whether the boxes of two bodies are within `reach` along every axis."""
        (low, high), (other_low, other_high) = self.bounds, other.bounds
        return bool(np.all((low < other_high + reach) & (high > other_low - reach)))


def penetration(one: Body, other: Body) -> float:
    """Return how far the deepest point of one body is inside the other, metres.

    Depth is the distance to the surface of the body that the point is in, at most `DEEPEST_M`.
    Points of both surfaces at most `SPACING_M` apart are looked at. A mesh that is not closed has
    no inside, so nothing is deep in it.
    """
    depth = 0.0
    for mine, theirs in ((one, other), (other, one)):
        points = _points_in_frame_of(theirs, mine, 0.0)
        inside = points[theirs.solid.holds(points)]
        if len(inside):
            depth = max(depth, _deepest(theirs.solid, inside))
    return depth


def gap(one: Body, other: Body, reach: float) -> float:
    """Return the least distance between two surfaces, metres, or inf beyond `reach`.

    Measured at points of both surfaces at most `SPACING_M` apart; bodies that overlap have a gap
    of about 0, as their surfaces cross.
    """
    least = np.inf
    for mine, theirs in ((one, other), (other, one)):
        points = _points_in_frame_of(theirs, mine, reach)
        if len(points):
            least = min(least, float(nearest_distances(points, theirs.solid.corners, reach).min()))
    return least


def _points_in_frame_of(body: Body, other: Body, reach: float) -> Array:
    """Return the points (P, 3) of `other` that lie within `reach` of the box of `body`."""
    points = transform_points(inverse_rigid(body.matrix) @ other.matrix, other.solid.points)
    low, high = body.solid.low - reach, body.solid.high + reach
    chosen: Array = points[np.all((points > low) & (points < high), axis=1)]
    return chosen


def _deepest(solid: Solid, inside: Array) -> float:
    """Return the greatest distance to the surface of points that lie inside."""
    for reach in (DEEPEST_M / 10, DEEPEST_M):
        depths = nearest_distances(inside, solid.corners, reach)
        if np.isfinite(depths).all():
            return float(depths.max())
        inside = inside[np.isinf(depths)]
    return DEEPEST_M
