"""Vertex normals as the format demands: of the faces around, weighted by their angles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ....transforms import Array


def vertex_normals(vertices: Array, triangles: NDArray[np.int32]) -> Array:
    """Return unit normals (V, 3); up where faces tell nothing."""
    corners = vertices[triangles]
    sums = np.zeros((len(vertices), 3))
    for corner in range(3):
        one = corners[:, (corner + 1) % 3] - corners[:, corner]
        other = corners[:, (corner + 2) % 3] - corners[:, corner]
        across = np.cross(one, other)
        size = np.linalg.norm(across, axis=1)
        angle = np.arctan2(size, np.einsum("ij,ij->i", one, other))
        weight = np.divide(angle, size, out=np.zeros_like(size), where=size > 0)
        np.add.at(sums, triangles[:, corner], weight[:, None] * across)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    up = np.broadcast_to([0.0, 0.0, 1.0], sums.shape)
    normals: Array = np.where(lengths > 0, sums / np.where(lengths > 0, lengths, 1), up)
    return normals
