"""Keeps meshes for later scenes, where others of the same triangles only need new points.

A procedural shape has the same triangles at every size; moving points takes a quarter of the time
of making a mesh, of which Blender has to find the edges.
"""

from __future__ import annotations

from collections.abc import Hashable

import bpy

from ..core.mesh import TriangleMesh
from .meshes import blender_mesh, move_points

MOST_IDLE = 64


class MeshPool:
    """Meshes that are in use, and those that wait for another of the same triangles."""

    def __init__(self) -> None:
        self._used: list[tuple[Hashable, bpy.types.Mesh]] = []
        self._idle: list[tuple[Hashable, bpy.types.Mesh]] = []

    def mesh(self, name: str, triangles: TriangleMesh) -> bpy.types.Mesh:
        """Return a mesh with one empty material slot that no one else uses until `release`.

        Args:
            name: of a new mesh; one that waited keeps its own.
        """
        kind = triangles.triangles.tobytes(), triangles.uvs is None, triangles.smooth
        waiting = next((pair for pair in self._idle if pair[0] == kind), None)
        if waiting is None:
            data = blender_mesh(name, triangles)
        else:
            self._idle.remove(waiting)
            data = waiting[1]
            move_points(data, triangles)
        self._used.append((kind, data))
        return data

    def release(self) -> None:
        """Let all meshes wait, and remove those that have waited longest if they are many."""
        for _, data in self._used:
            if data.materials[0] is not None:
                data.materials[0] = None
        waiting = self._idle + self._used
        self._used, self._idle = [], waiting[-MOST_IDLE:]
        bpy.data.batch_remove(ids=[data for _, data in waiting[:-MOST_IDLE]])

    def close(self) -> None:
        """Remove all meshes."""
        bpy.data.batch_remove(ids=[data for _, data in (*self._idle, *self._used)])
        self._used, self._idle = [], []
