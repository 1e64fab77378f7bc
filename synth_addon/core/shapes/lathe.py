"""Solids of revolution about the z axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..mesh import TriangleMesh
from ..transforms import Array
from .surface import surface_from_strips

# A multiple of 4 puts vertices on both axes, so that bounds equal the diameter.
SEGMENTS = 64


def lathe(profile: Array, *, closed: bool = False, segments: int = SEGMENTS) -> TriangleMesh:
    """Return the closed, smooth mesh that a profile sweeps out about the z axis.

    The profile runs counter-clockwise in the (r, z) plane, with the solid on its left: out
    along the bottom, up the outside, back in along the top. An open profile starts and ends on
    the axis and touches it nowhere else; a closed one stays off the axis and its last point is
    joined to its first.

    Texture coordinates are in metres. Strips steeper than 45 degrees are unrolled, with u along
    the greatest circumference and v along the profile; flatter ones are seen straight on.

    Args:
        profile: (P, 2) float64 points (r, z), metres, no two neighbours equal.
        closed: whether the profile is a loop.
        segments: cells around the axis; a multiple of 4.

    Raises:
        ValueError: the profile meets the axis where it must not, or does not where it must.
    """
    _check_axis(profile[:, 0], closed)
    vertices, rows = _rings(profile, segments)
    if closed:
        profile, rows = np.vstack([profile, profile[:1]]), np.vstack([rows, rows[:1]])
    lower_uvs, upper_uvs = _strip_uvs(profile, vertices[rows][..., :2], segments)
    return surface_from_strips(vertices, rows[:-1], rows[1:], lower_uvs, upper_uvs)


def _check_axis(radii: Array, closed: bool) -> None:
    expected = np.ones(len(radii), dtype=bool)
    if not closed:
        expected[[0, -1]] = False
    if not np.array_equal(radii > 0, expected):
        raise ValueError("only the two ends of an open profile lie on the axis")


def _rings(profile: Array, segments: int) -> tuple[Array, NDArray[np.int32]]:
    """Return vertices and, for each profile point, its (segments + 1) vertex indices.

    A point on the axis is one vertex, not a ring of equal ones.
    """
    angles = 2 * np.pi * np.arange(segments) / segments
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    vertices: list[Array] = []
    rows: list[Array] = []
    for start, (radius, z) in zip(_starts(profile, segments), profile, strict=True):
        around = circle if radius > 0 else np.zeros((1, 2))
        vertices.append(np.column_stack([radius * around, np.full(len(around), z)]))
        rows.append(start + np.arange(segments + 1) % len(around))
    return np.concatenate(vertices), np.array(rows, dtype=np.int32)


def _starts(profile: Array, segments: int) -> NDArray[np.int64]:
    counts = np.where(profile[:, 0] > 0, segments, 1)
    return np.asarray(np.cumsum(counts) - counts)


def _strip_uvs(profile: Array, plan: Array, segments: int) -> tuple[Array, Array]:
    """Return the uvs of the strips' lower and upper rows, each (P - 1, segments + 1, 2)."""
    steps = np.diff(profile, axis=0)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])
    around = np.linspace(0.0, 2 * np.pi * profile[:, 0].max(), segments + 1)
    unrolled = np.stack(np.broadcast_arrays(around[None, :], along[:, None]), axis=2)
    flat = (np.abs(steps[:, 0]) > np.abs(steps[:, 1]))[:, None, None]
    # Seen from below y runs the other way; without the flip images would appear mirrored.
    facing = np.where(steps[:, 0] > 0, -1.0, 1.0)[:, None]
    facing = np.stack([np.ones_like(facing), facing], axis=2)
    lower = np.where(flat, plan[:-1] * facing, unrolled[:-1])
    upper = np.where(flat, plan[1:] * facing, unrolled[1:])
    return lower, upper
