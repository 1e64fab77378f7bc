"""Converts between Blender's meshes and triangle arrays."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np
from mathutils import Matrix

from ..core.mesh import TriangleMesh
from ..core.transforms import Array

_SHARP_ANGLE = np.radians(40)
_UVS = "UVMap"


def blender_mesh(name: str, mesh: TriangleMesh) -> bpy.types.Mesh:
    """Return a new Blender mesh with one empty material slot.

    Attributes are written as such: Blender copies these whole, and takes the same values through
    vertices, loops and texture coordinates one by one, which is ten times slower.
    """
    data = point_mesh(name, mesh.vertices)
    count = len(mesh.triangles)
    data.loops.add(3 * count)
    data.attributes[".corner_vert"].data.foreach_set("value", mesh.triangles.ravel())
    data.polygons.add(count)
    data.polygons.foreach_set("loop_start", np.arange(0, 3 * count, 3, dtype=np.int32))
    if mesh.uvs is not None:
        data.attributes.new(_UVS, "FLOAT2", "CORNER")
        _set_uvs(data, mesh.uvs)
    data.update(calc_edges=True)
    if mesh.smooth:
        data.shade_smooth()
        data.set_sharp_from_angle(angle=_SHARP_ANGLE)
    else:
        data.shade_flat()
    data.materials.append(None)
    return data


def move_points(data: bpy.types.Mesh, mesh: TriangleMesh) -> None:
    """Make a mesh that `blender_mesh` has made of the same triangles that of another `mesh`.

    One vertex is set by itself, because Blender forgets what follows from the points (bounds, by
    which EEVEE and Workbench leave out what is not in the picture) only then, not for an array.
    """
    _set_points(data, mesh.vertices)
    data.vertices[0].co = mesh.vertices[0]
    if mesh.uvs is not None:
        _set_uvs(data, mesh.uvs)
    data.update()
    if mesh.smooth:
        data.set_sharp_from_angle(angle=_SHARP_ANGLE)


def point_mesh(name: str, points: Array) -> bpy.types.Mesh:
    """Return a new Blender mesh of points (N, 3) alone."""
    data = bpy.data.meshes.new(name)
    if len(points):
        data.vertices.add(len(points))
        _set_points(data, points)
    return data


def _set_points(data: bpy.types.Mesh, points: Array) -> None:
    data.attributes["position"].data.foreach_set("vector", points.astype(np.float32).ravel())


def _set_uvs(data: bpy.types.Mesh, uvs: Array) -> None:
    data.attributes[_UVS].data.foreach_set("vector", uvs.astype(np.float32).ravel())


def triangle_mesh(data: bpy.types.Mesh) -> TriangleMesh:
    """Return the triangles of a Blender mesh, in its own frame."""
    vertices = np.empty(3 * len(data.vertices), dtype=np.float32)
    data.vertices.foreach_get("co", vertices)
    data.calc_loop_triangles()
    triangles = np.empty(3 * len(data.loop_triangles), dtype=np.int32)
    data.loop_triangles.foreach_get("vertices", triangles)
    return TriangleMesh(vertices.reshape(-1, 3).astype(float), triangles.reshape(-1, 3))


def evaluated_mesh(
    item: bpy.types.Object, graph: bpy.types.Depsgraph, target_from_object: Matrix
) -> bpy.types.Mesh:
    """Return a new mesh of an object as it shows: modifiers applied, materials of its slots."""
    shown = item.evaluated_get(graph)
    data = bpy.data.meshes.new_from_object(shown, preserve_all_data_layers=True, depsgraph=graph)
    for index, slot in enumerate(item.material_slots):
        if index < len(data.materials):  # clearing the list would put all faces to the first
            data.materials[index] = slot.material
        else:
            data.materials.append(slot.material)
    data.transform(target_from_object)
    if target_from_object.is_negative:
        data.flip_normals()
    return data


def joined_mesh(name: str, parts: Sequence[bpy.types.Mesh]) -> bpy.types.Mesh:
    """Return one mesh of several, which go, with all their materials; one slot at least."""
    joined = parts[0]
    if len(parts) > 1:
        joined = _merged(parts)
        bpy.data.batch_remove(ids=parts)
    joined.name = name
    if not joined.materials:
        joined.materials.append(None)
    return joined


def _merged(parts: Sequence[bpy.types.Mesh]) -> bpy.types.Mesh:
    import bmesh

    merged = bpy.data.meshes.new("joined")
    work = bmesh.new()
    try:
        for part in parts:
            offset, first = len(merged.materials), len(work.faces)
            work.from_mesh(part)
            work.faces.ensure_lookup_table()
            for face in work.faces[first:]:
                face.material_index += offset
            for material in part.materials or (None,):
                merged.materials.append(material)
        work.to_mesh(merged)
    finally:
        work.free()
    return merged
