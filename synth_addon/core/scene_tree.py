"""Many things' triangles in the world frame, in one Embree tree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from embreex.mesh_construction import TriangleMesh as EmbreeTriangles
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from .placed_mesh import PlacedMesh
from .transforms import Array


class SceneTree:
    """Casts rays at everything at once; every surface has two sides and is opaque.

    Building it takes 2 µs a triangle, so it pays for whole images.

    Attributes:
        corners: (T, 3, 3) of all triangles, metres in the world frame.
    """

    def __init__(self, parts: Sequence[PlacedMesh]) -> None:
        self.corners = np.concatenate([np.empty((0, 3, 3)), *(part.corners for part in parts)])
        ids = [np.full(len(part.corners), part.instance_id) for part in parts]
        self._ids = np.concatenate([*ids, np.zeros(1, dtype=np.int64)])
        backgrounds = np.cumsum([part.kind != "object" for part in parts])
        numbers = [
            np.full(len(part.corners), number if part.kind != "object" else 0)
            for part, number in zip(parts, backgrounds, strict=True)
        ]
        self._backgrounds = np.concatenate([*numbers, np.zeros(1, dtype=np.int64)])
        self._tree = EmbreeScene(robust=True)
        if len(self.corners):
            EmbreeTriangles(self._tree, self.corners.astype(np.float32))

    def cast(
        self, origins: Array, directions: Array, reach: float
    ) -> tuple[Array, NDArray[np.int64]]:
        """Return each ray's parameter at its nearest hit, and the triangle hit or -1.

        Args:
            origins, directions: (N, 3), world frame.
            reach: greatest parameter that counts.
        """
        distances = np.full(len(origins), reach, dtype=np.float32)
        found = self._tree.run(
            origins.astype(np.float32), directions.astype(np.float32), distances, output=True
        )
        return found["tfar"].astype(float), found["primID"].astype(np.int64)

    def ids_of(self, triangles: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the instance ids of triangles; -1, which is none, belongs to the background."""
        ids: NDArray[np.int64] = self._ids[triangles]
        return ids

    def backgrounds_of(self, triangles: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return what triangles are among the parts that are no objects, from 1; 0 for others."""
        numbers: NDArray[np.int64] = self._backgrounds[triangles]
        return numbers
