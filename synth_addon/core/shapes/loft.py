"""Closed tubes through a row of rings."""

from __future__ import annotations

import numpy as np

from ..mesh import TriangleMesh
from ..transforms import Array
from .surface import surface_from_strips


def loft(rings: Array) -> TriangleMesh:
    """Return the closed, smooth tube through rings, with a fan over each end.

    Texture coordinates are in metres: u around the mean circumference, v along the tube.

    Args:
        rings: (N, S, 3) float64 points, metres; each ring runs counter-clockwise as seen from
            the rings that come after it.
    """
    count, segments = rings.shape[:2]
    centres = rings.mean(axis=1)
    vertices = np.concatenate([centres[:1], rings.reshape(-1, 3), centres[-1:]])
    columns = np.arange(segments + 1) % segments
    body = 1 + segments * np.arange(count)[:, None] + columns
    ends = np.zeros((1, segments + 1), dtype=np.int64)
    rows = np.concatenate([ends, body, ends + len(vertices) - 1]).astype(np.int32)
    uvs = _uvs(rings, centres)
    return surface_from_strips(vertices, rows[:-1], rows[1:], uvs[:-1], uvs[1:])


def _uvs(rings: Array, centres: Array) -> Array:
    """Return (N + 2, S + 1, 2): one row for each ring and for each end's centre."""
    sides = np.linalg.norm(rings - np.roll(rings, 1, axis=1), axis=2)
    around = np.linspace(0.0, float(sides.sum(axis=1).mean()), rings.shape[1] + 1)
    radii = np.linalg.norm(rings - centres[:, None], axis=2).mean(axis=1)
    between = np.linalg.norm(np.diff(centres, axis=0), axis=1)
    along = np.cumsum(np.concatenate([[0.0], radii[:1], between, radii[-1:]]))
    return np.stack(np.broadcast_arrays(around[None, :], along[:, None]), axis=2)
