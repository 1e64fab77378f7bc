"""The .blend file that is open as a source of objects; nothing in it is changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix

from ..core.errors import AssetError, UsageError
from ..core.open_file import OpenFile
from ..core.recipe.recipe import Recipe
from ..core.room_content import SURFACE_COLLECTION, RoomObject
from ..core.scene_spec import Pose
from .fingerprints import fingerprint
from .meshes import evaluated_mesh, joined_mesh, triangle_mesh
from .room_file import surface_mark, triple


def open_blend(path: Path) -> None:
    """Open a .blend file without running scripts that it holds.

    Raises:
        UsageError: there is no such file, or Blender cannot read it.
    """
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file. Give a .blend file that was saved")
    try:
        bpy.ops.wm.open_mainfile(filepath=str(path.absolute()), use_scripts=False, load_ui=False)
    except RuntimeError as error:
        reason = str(error).strip().removeprefix("Error: ")
        raise UsageError(
            f"{path}: Blender {bpy.app.version_string} cannot open it ({reason}). "
            "Give a .blend file of this version or an earlier one"
        ) from error


def active_scene() -> bpy.types.Scene:
    """Return the scene that the open file shows."""
    return bpy.context.scene


def describe_open_file(recipe: Recipe) -> OpenFile:
    """Return what the open file offers, with digests of the objects that a recipe names."""
    collections = {
        collection.name: tuple(
            sorted(item.name for item in collection.all_objects if item.type == "MESH")
        )
        for collection in bpy.data.collections
    }
    objects = tuple(sorted(item.name for item in bpy.data.objects if item.type == "MESH"))
    named: set[str] = set()
    for group in recipe.objects_present.values():
        named |= {group.open_object} & set(objects)
        named |= set(collections.get(group.open_collection or "", ()))
    joined = {
        group.open_collection
        for group in recipe.objects_present.values()
        if group.as_one and group.open_collection in collections
    }
    room = _room(recipe.room.open_collection if recipe.room.enabled else None)
    digests = {name: _digest(name) for name in sorted(named)}
    digests |= {f"all of {name}": _collection_digest(name) for name in sorted(joined)}
    digests |= {
        f"{item.name} of the room": sha256(
            f"{_digest(item.name)} {item.pose} {item.mark} {item.in_surfaces}".encode()
        ).hexdigest()
        for item in room
    }
    return OpenFile(objects, collections, digests, room)


def _room(collection: str | None) -> tuple[RoomObject, ...]:
    """Return what a collection shows in renders, in the order of names."""
    holder: bpy.types.Collection | None = bpy.data.collections.get(collection or "")
    if holder is None:
        return ()
    meshes = [item for item in holder.all_objects if item.type == "MESH" and item.data.polygons]
    shown = {item.name: item for item in meshes if not item.hide_render}
    return tuple(_room_object(item) for _, item in sorted(shown.items()))


def _room_object(item: bpy.types.Object) -> RoomObject:
    metres = bpy.context.scene.unit_settings.scale_length or 1.0
    with _rendered_copy(item) as (copy, graph):
        place = copy.evaluated_get(graph).matrix_world.translation * metres
    mesh = mesh_from_open_object(item.name)
    try:
        corners = triangle_mesh(mesh).vertices + np.array(place)
    finally:
        bpy.data.meshes.remove(mesh)
    surfaces: bpy.types.Collection | None = bpy.data.collections.get(SURFACE_COLLECTION)
    return RoomObject(
        name=item.name,
        mark=surface_mark(item),
        in_surfaces=surfaces is not None and item.name in surfaces.all_objects,
        pose=Pose(translation=(place.x, place.y, place.z)),
        low=triple(corners.min(axis=0)),
        high=triple(corners.max(axis=0)),
    )


def mesh_from_open_object(name: str) -> bpy.types.Mesh:
    """Return an object's mesh as it renders: in metres along the world's axes, around its origin.

    Raises:
        AssetError: there is no such mesh object any more.
    """
    item: bpy.types.Object | None = bpy.data.objects.get(name)
    if item is None or item.type != "MESH":
        raise AssetError(f"{name!r} is no mesh object of the open file. Mend the recipe or file")
    with _rendered_copy(item) as (copy, graph):
        placed = copy.evaluated_get(graph).matrix_world
        metres = bpy.context.scene.unit_settings.scale_length or 1.0
        around_origin = Matrix.Scale(metres, 4) @ Matrix.Translation(-placed.translation) @ placed
        return joined_mesh(f"synth {name}", _shown_parts(copy, graph, around_origin))


def mesh_from_open_collection(name: str) -> bpy.types.Mesh:
    """Return all meshes of a collection as they render, as one, around the point it hangs by.

    Raises:
        AssetError: there is no such collection any more, or it shows no mesh.
    """
    collection: bpy.types.Collection | None = bpy.data.collections.get(name)
    items = [] if collection is None else _shown_meshes(collection)
    if collection is None or not items:
        raise AssetError(f"{name!r} is no collection that shows meshes. Mend the recipe or file")
    metres = bpy.context.scene.unit_settings.scale_length or 1.0
    parts = []
    for item in items:
        with _rendered_copy(item) as (copy, graph):
            placed = copy.evaluated_get(graph).matrix_world
            moved = Matrix.Translation(-collection.instance_offset) @ placed
            parts += _shown_parts(copy, graph, Matrix.Scale(metres, 4) @ moved)
    return joined_mesh(f"synth {name}", parts)


def _shown_meshes(collection: bpy.types.Collection) -> list[bpy.types.Object]:
    """Return the mesh objects of a collection that renders show, in the order of their names."""
    found = {i.name: i for i in collection.all_objects if i.type == "MESH" and not i.hide_render}
    return [item for _, item in sorted(found.items())]


def _shown_parts(
    copy: bpy.types.Object, graph: bpy.types.Depsgraph, target_from_object: Matrix
) -> list[bpy.types.Mesh]:
    """Return the mesh of an object and those of the instances that its modifiers scatter."""
    parts = [evaluated_mesh(copy, graph, target_from_object)]
    object_from_world = copy.evaluated_get(graph).matrix_world.inverted()
    for instance in graph.object_instances:
        shown = instance.object
        if instance.is_instance and shown.type == "MESH":
            place = target_from_object @ object_from_world @ instance.matrix_world
            data = bpy.data.meshes.new_from_object(shown)
            data.transform(place)
            if place.is_negative:
                data.flip_normals()
            parts.append(data)
    return parts


def _collection_digest(name: str) -> str:
    """Return a digest of the meshes of a collection and where they are to each other."""
    mesh = mesh_from_open_collection(name)
    try:
        parts = [fingerprint(i.data, mesh) for i in _shown_meshes(bpy.data.collections[name])]
    finally:
        bpy.data.meshes.remove(mesh)
    return sha256(" ".join(parts).encode()).hexdigest()


def _digest(name: str) -> str:
    mesh = mesh_from_open_object(name)
    try:
        return fingerprint(bpy.data.objects[name].data, mesh)
    finally:
        bpy.data.meshes.remove(mesh)


@contextmanager
def _rendered_copy(
    item: bpy.types.Object,
) -> Iterator[tuple[bpy.types.Object, bpy.types.Depsgraph]]:
    """Yield a copy of an object with its modifiers as for a render, alone in a scene that goes.

    Alone, because objects that no view layer shows are not evaluated where they are.
    """
    scene = bpy.data.scenes.new("synth open object")
    copy = item.copy()
    try:
        copy.hide_viewport = False
        for modifier in copy.modifiers:
            modifier.show_viewport = modifier.show_render
            if modifier.type in ("SUBSURF", "MULTIRES"):
                modifier.levels = modifier.render_levels
        scene.collection.objects.link(copy)
        layer = scene.view_layers[0]
        layer.update()
        yield copy, layer.depsgraph
    finally:
        bpy.data.objects.remove(copy)
        bpy.data.scenes.remove(scene)
