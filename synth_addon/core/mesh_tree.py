"""Embree trees of single meshes, each built once for all instances and scenes that share one."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import numpy as np
from embreex.mesh_construction import TriangleMesh as EmbreeTriangles
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from .mesh import TriangleMesh
from .transforms import Array


class _Tree(Protocol):
    def run(
        self,
        vec_origins: NDArray[np.float32],
        vec_directions: NDArray[np.float32],
        dists: NDArray[np.float32] | None = None,
        query: str = "INTERSECT",
        output: bool = False,
    ) -> Any: ...


class MeshTree:
    """A mesh and its tree, which holds it scaled and moved into the cube from -1 to 1.

    Embree computes in float32: in that cube its error does not depend on the object's size.

    Attributes:
        vertices: (V, 3), object frame.
        triangles: (T, 3) vertex indices.
        middle: the point (3,) of the object frame that is the cube's centre.
        half: metres of the object frame that are 1 in the cube.
    """

    def __init__(self, mesh: TriangleMesh) -> None:
        self.vertices = mesh.vertices
        self.triangles = np.ascontiguousarray(mesh.triangles, np.int32)
        if not len(self.triangles):
            return
        low, high = mesh.bounds
        self.middle: Array = (low + high) / 2
        self.half = float((high - low).max()) / 2 or 1.0

    @cached_property
    def tree(self) -> _Tree:
        """The tree, finished, so that several threads can use it."""
        unit = np.ascontiguousarray((self.vertices - self.middle) / self.half, np.float32)
        tree: _Tree = EmbreeScene(robust=True)
        EmbreeTriangles(tree, unit, self.triangles)
        tree.run(np.zeros((1, 3), np.float32), np.ones((1, 3), np.float32), query="OCCLUDED")
        return tree

    def distances(
        self, scale: float, world_from_object: Array, origins: Array, directions: Array
    ) -> Array:
        """Return the parameters (N,) at which rays (N, 3) first meet an instance, inf where none.

        Args:
            world_from_object: rigid, without `scale`.
            origins, directions: world frame.
        """
        if not len(self.triangles):
            return np.full(len(origins), np.inf)
        rotation, unit = world_from_object[:3, :3], scale * self.half
        starts = (origins - world_from_object[:3, 3]) @ rotation / unit - self.middle / self.half
        found = self.tree.run(
            starts.astype(np.float32),
            (directions @ rotation / unit).astype(np.float32),
            np.full(len(starts), np.float32(1e30)),
            query="DISTANCE",
        )
        return np.where(found < 1e29, found.astype(float), np.inf)

    def first_hits(self, origins: Array, directions: Array) -> NDArray[np.int32]:
        """Return the triangles (N,) that rays (N, 3) of the object frame first meet, or -1."""
        starts = ((origins - self.middle) / self.half).astype(np.float32)
        found = self.tree.run(starts, directions.astype(np.float32), output=True)
        hit: NDArray[np.int32] = found["primID"]
        return hit


class MeshTrees:
    """Keeps the tree of every mesh for as long as anyone holds the mesh; threads may share it."""

    def __init__(self) -> None:
        self._trees: WeakKeyDictionary[TriangleMesh, MeshTree] = WeakKeyDictionary()

    def tree(self, mesh: TriangleMesh) -> MeshTree:
        """Return a mesh's tree."""
        if (known := self._trees.get(mesh)) is not None:
            return known
        return self._trees.setdefault(mesh, MeshTree(mesh))
