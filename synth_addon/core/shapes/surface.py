"""Triangles from rows of vertices, the last step of lathing and lofting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..mesh import TriangleMesh
from ..transforms import Array

# Each cell of a strip has corners lower left, lower right, upper right, upper left.
_HALVES = np.array([[0, 1, 2], [0, 2, 3]])


def surface_from_strips(
    vertices: Array,
    lower: NDArray[np.int32],
    upper: NDArray[np.int32],
    lower_uvs: Array,
    upper_uvs: Array,
) -> TriangleMesh:
    """Return the smooth mesh of N strips, each of S cells between a lower and an upper row.

    Seen from outside, a strip's columns run to the right and its upper row lies above. A row
    whose entries are all one vertex makes a fan.

    Args:
        vertices: (V, 3) metres.
        lower, upper: (N, S + 1) vertex indices of the strips' rows.
        lower_uvs, upper_uvs: (N, S + 1, 2) texture coordinates of the same.
    """
    cells = _cells(lower[..., None], upper[..., None])[..., 0]
    triangles = cells[..., _HALVES].reshape(-1, 3)
    uvs = _cells(lower_uvs, upper_uvs)[:, :, _HALVES].reshape(-1, 3, 2)
    whole = (triangles != np.roll(triangles, 1, axis=1)).all(axis=1)
    return TriangleMesh(
        vertices=vertices,
        triangles=np.ascontiguousarray(triangles[whole], dtype=np.int32),
        uvs=np.ascontiguousarray(uvs[whole], dtype=np.float64),
        smooth=True,
    )


def _cells(lower: NDArray[np.generic], upper: NDArray[np.generic]) -> NDArray[np.generic]:
    corners = (lower[:, :-1], lower[:, 1:], upper[:, 1:], upper[:, :-1])
    return np.stack(corners, axis=2)


def joined(first: TriangleMesh, second: TriangleMesh) -> TriangleMesh:
    """Return both meshes as one; their surfaces stay separate shells. Both need uvs."""
    if first.uvs is None or second.uvs is None:
        raise ValueError("both meshes need uvs")
    return TriangleMesh(
        vertices=np.concatenate([first.vertices, second.vertices]),
        triangles=np.concatenate(
            [first.triangles, second.triangles + np.int32(len(first.vertices))]
        ),
        uvs=np.concatenate([first.uvs, second.uvs]),
        smooth=first.smooth and second.smooth,
    )


def centred(mesh: TriangleMesh) -> TriangleMesh:
    """Return the mesh moved so that the centre of its bounding box is the origin."""
    low, high = mesh.bounds
    return replace(mesh, vertices=mesh.vertices - (low + high) / 2)
