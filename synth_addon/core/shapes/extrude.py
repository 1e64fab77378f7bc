"""Closed solids through level loops that lie above, within or below each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..mesh import TriangleMesh
from ..transforms import Array
from .surface import surface_from_strips


def stacked(
    loops: Sequence[Array], *, bottom: Array | None = None, top: Array | None = None
) -> TriangleMesh:
    """Return the closed mesh through loops, with a fan over the first and the last.

    A column of the loops runs like the profile of a lathe: out along the underside, up the
    outside and back in along the top, where it may go down again into a well.

    Texture coordinates are in metres. Strips that rise more than they go inward are unrolled,
    with u along the longest loop and v along the column; others are seen straight on.

    Args:
        loops: N arrays (S, 3), metres; each is level, counter-clockwise seen from above and
            visible as a whole from its centre, with its points next to those of its neighbours.
        bottom, top: points (3,) of the fans' tips; the centres of the loops without.
    """
    rings = np.array(loops)
    tips = [rings[0].mean(axis=0) if bottom is None else bottom]
    tips.append(rings[-1].mean(axis=0) if top is None else top)
    count, segments = rings.shape[:2]
    vertices = np.concatenate([tips[:1], rings.reshape(-1, 3), tips[1:]])
    columns = np.arange(segments + 1) % segments
    body = 1 + segments * np.arange(count)[:, None] + columns
    ends = np.zeros((1, segments + 1), dtype=np.int64)
    rows = np.concatenate([ends, body, ends + len(vertices) - 1]).astype(np.int32)
    lower, upper = _uvs(vertices[rows])
    return surface_from_strips(vertices, rows[:-1], rows[1:], lower, upper)


def _uvs(rows: Array) -> tuple[Array, Array]:
    """Return the uvs (N - 1, S + 1, 2) of the lower and upper rows of each strip."""
    steps = np.diff(rows[:, :-1], axis=0)
    along = np.cumsum(np.append(0.0, np.linalg.norm(steps, axis=2).mean(axis=1)))
    sides = np.linalg.norm(np.diff(rows, axis=1), axis=2)
    longest = sides[np.argmax(sides.sum(axis=1))]
    around = np.append(0.0, np.cumsum(longest))
    unrolled = np.stack(np.broadcast_arrays(around[None, :], along[:, None]), axis=2)
    inward = -np.diff(_radii(rows))
    flat = np.abs(steps[..., 2]).mean(axis=1) < np.abs(inward)
    # Seen from below y runs the other way; without the flip images would appear mirrored.
    facing = np.stack([np.ones_like(inward), np.where(inward > 0, 1.0, -1.0)], axis=1)[:, None]
    plan = rows[..., :2]
    lower = np.where(flat[:, None, None], plan[:-1] * facing, unrolled[:-1])
    upper = np.where(flat[:, None, None], plan[1:] * facing, unrolled[1:])
    return lower, upper


def _radii(rows: Array) -> Array:
    """Return how far each row's points are from the row's centre in the mean."""
    plan = rows[:, :-1, :2]
    return np.asarray(np.linalg.norm(plan - plan.mean(axis=1, keepdims=True), axis=2).mean(axis=1))
