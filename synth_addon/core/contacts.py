"""How near two bodies are, or how deep one is in the other, by their true triangles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .mesh import TriangleMesh
from .mesh_tree import MeshTree
from .point_distances import nearest_distances
from .scene_spec import Pose
from .surface_points import SurfacePoints
from .transforms import Array, inverse_rigid, transform_points

SPACING_M = 0.004
"""Between the points of a surface at which contacts are measured."""
DEEPEST_M = 0.02
"""Penetrations beyond this depth are reported as this deep."""
_ROUNDING_M = 1e-9
_PROBES = np.array([[0.37, 0.53, 0.76], [-0.71, 0.32, -0.63], [0.45, -0.82, 0.35]])


class Solid:
    """A mesh at one scale, made ready for measuring; bodies with the same mesh share it.

    Args:
        tree: of the mesh; None to make one where it is needed.
    """

    def __init__(self, mesh: TriangleMesh, scale: float, tree: MeshTree | None = None) -> None:
        self._mesh, self._scale = mesh, scale
        self._tree = tree or MeshTree(mesh)
        self.vertices: Array = scale * mesh.vertices
        low, high = mesh.bounds
        self.low, self.high = scale * low, scale * high

    @cached_property
    def corners(self) -> Array:
        """The corners (T, 3, 3) of its triangles."""
        corners: Array = self.vertices[self._mesh.triangles]
        return corners

    @cached_property
    def bounds_of_triangles(self) -> tuple[Array, Array]:
        """The lower and upper corners (T, 3) of the boxes around its triangles."""
        return self.corners.min(axis=1), self.corners.max(axis=1)

    @cached_property
    def points(self) -> SurfacePoints:
        """Points on the surface."""
        return SurfacePoints(self.vertices, self._mesh.triangles, SPACING_M)

    @property
    def is_closed(self) -> bool:
        """Whether there is an inside."""
        return self._mesh.is_closed

    def holds(self, points: Array) -> NDArray[np.bool_]:
        """Return which points (P,) lie inside: most of three rays leave through a back face."""
        inside = np.zeros(len(points), bool)
        boxed = np.flatnonzero(np.all((points > self.low) & (points < self.high), axis=1))
        if not len(boxed) or not self.is_closed:
            return inside
        starts = np.repeat(points[boxed] / self._scale, len(_PROBES), axis=0)
        directions = np.tile(_PROBES, (len(boxed), 1))
        hit = self._tree.first_hits(starts, directions)
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
    if _are_apart(one, other, 0.0):
        return depth
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
    if _are_apart(one, other, reach):
        return least
    for mine, theirs in ((one, other), (other, one)):
        points = _points_in_frame_of(theirs, mine, reach)
        if len(points):
            least = min(least, float(nearest_distances(points, theirs.solid.corners, reach).min()))
    return least


def _are_apart(one: Body, other: Body, reach: float) -> bool:
    """Return whether the box of either, turned with it, is farther than `reach` from the other."""
    for mine, theirs in ((one, other), (other, one)):
        vertices = transform_points(inverse_rigid(theirs.matrix) @ mine.matrix, mine.solid.vertices)
        low, high = theirs.solid.low - reach, theirs.solid.high + reach
        if np.any(vertices.max(axis=0) <= low) or np.any(vertices.min(axis=0) >= high):
            return True
    return False


def _points_in_frame_of(body: Body, other: Body, reach: float) -> Array:
    """Return the points (P, 3) of `other` that lie within `reach` of the box of `body`."""
    low, high = body.solid.low - reach, body.solid.high + reach
    body_from_other = inverse_rigid(body.matrix) @ other.matrix
    vertices = transform_points(body_from_other, other.solid.vertices)
    between = other.solid.points.between(_reaching(other.solid, body_from_other, low, high))
    points = np.concatenate([vertices, transform_points(body_from_other, between)])
    chosen: Array = points[np.all((points > low) & (points < high), axis=1)]
    return chosen


def _reaching(solid: Solid, target_from_solid: Array, low: Array, high: Array) -> NDArray[np.bool_]:
    """Return which triangles (T,) of a solid can reach into a box of another frame."""
    middle = transform_points(inverse_rigid(target_from_solid), [(low + high) / 2])[0]
    half = np.abs(target_from_solid[:3, :3]).T @ (high - low) / 2  # of the upright box around it
    lower, upper = solid.bounds_of_triangles
    meeting: NDArray[np.bool_] = np.all(
        (lower <= middle + half + _ROUNDING_M) & (upper >= middle - half - _ROUNDING_M), axis=1
    )
    return meeting


def _deepest(solid: Solid, inside: Array) -> float:
    """Return the greatest distance to the surface of points that lie inside."""
    for reach in (DEEPEST_M / 10, DEEPEST_M):
        depths = nearest_distances(inside, solid.corners, reach)
        if np.isfinite(depths).all():
            return float(depths.max())
        inside = inside[np.isinf(depths)]
    return DEEPEST_M
