"""Converts between Blender's meshes and triangle arrays."""

from __future__ import annotations

import bpy
import numpy as np

from ..core.mesh import TriangleMesh
from ..core.support import support_vertices

_SHARP_ANGLE = np.radians(40)


def blender_mesh(name: str, mesh: TriangleMesh) -> bpy.types.Mesh:
    """Return a new Blender mesh with one empty material slot."""
    data = bpy.data.meshes.new(name)
    count = len(mesh.triangles)
    data.vertices.add(len(mesh.vertices))
    data.vertices.foreach_set("co", mesh.vertices.astype(np.float32).ravel())
    data.loops.add(3 * count)
    data.loops.foreach_set("vertex_index", mesh.triangles.ravel())
    data.polygons.add(count)
    data.polygons.foreach_set("loop_start", np.arange(0, 3 * count, 3, dtype=np.int32))
    if mesh.uvs is not None:
        layer = data.uv_layers.new(name="UVMap")
        layer.uv.foreach_set("vector", mesh.uvs.astype(np.float32).ravel())
    data.update(calc_edges=True)
    if mesh.smooth:
        data.shade_smooth()
        data.set_sharp_from_angle(angle=_SHARP_ANGLE)
    else:
        data.shade_flat()
    data.materials.append(None)
    return data


def triangle_mesh(data: bpy.types.Mesh) -> TriangleMesh:
    """Return the triangles of a Blender mesh, in its own frame."""
    vertices = np.empty(3 * len(data.vertices), dtype=np.float32)
    data.vertices.foreach_get("co", vertices)
    data.calc_loop_triangles()
    triangles = np.empty(3 * len(data.loop_triangles), dtype=np.int32)
    data.loop_triangles.foreach_get("vertices", triangles)
    return TriangleMesh(vertices.reshape(-1, 3).astype(float), triangles.reshape(-1, 3))


def hull_points(name: str, mesh: TriangleMesh) -> bpy.types.Mesh:
    """Return a mesh of loose vertices whose convex hull stands for `mesh` in the drop."""
    data = bpy.data.meshes.new(name)
    data.from_pydata(support_vertices(mesh.vertices).tolist(), [], [])
    return data
