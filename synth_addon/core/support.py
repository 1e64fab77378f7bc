"""A few vertices whose convex hull stands for that of a whole mesh."""

from __future__ import annotations

import numpy as np

from .transforms import Array

_GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


def support_vertices(vertices: Array, directions: int = 400) -> Array:
    """Return the farthest vertices (M, 3) of `vertices` (V, 3) in evenly spread directions.

    Their hull lies inside the true one and reaches it within ``radius * (1 - cos(angle))``, where
    `angle` is about half the spacing of the directions: 0.4 % of the radius for 400. Physics
    engines are unstable on hulls of thousands of vertices.

    The directions are a Fibonacci spiral (Gonzalez, "Measurement of areas on a sphere using
    Fibonacci and latitude-longitude lattices", 2010) and the six axes.
    """
    height = 1 - (2 * np.arange(directions) + 1) / directions
    radius = np.sqrt(1 - height**2)
    angle = _GOLDEN_ANGLE * np.arange(directions)
    spiral = np.column_stack([radius * np.cos(angle), radius * np.sin(angle), height])
    spread = np.concatenate([spiral, np.eye(3), -np.eye(3)])
    farthest = np.argmax(vertices @ spread.T, axis=0)
    chosen: Array = vertices[np.unique(farthest)]
    return chosen
