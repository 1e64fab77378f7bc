"""Reads a user's own file as a room: its meshes, their marks and its lamps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import bpy
from mathutils import Matrix

from ..core.asset_roots import Fence
from ..core.errors import AssetError
from ..core.room_content import SURFACE_COLLECTION, SURFACE_MARK, RoomContent, RoomObject
from ..core.scene_spec import Pose
from ..core.transforms import transform_points
from .fencing import fenced
from .importers import import_file, imported_objects
from .lamps import light_spec
from .meshes import evaluated_mesh, joined_mesh, triangle_mesh


@dataclass(frozen=True)
class RoomMeshes:
    """What a room's file holds, and the mesh of each object by its name, in the object's frame."""

    content: RoomContent
    meshes: dict[str, bpy.types.Mesh]


@dataclass(frozen=True)
class _Brought:
    """The objects of a file by their names in it, and the names of those on which to place."""

    objects: dict[str, bpy.types.Object]
    surfaces: frozenset[str]


def read_room_file(file: str, path: Path, fence: Fence) -> RoomMeshes:
    """Return what a file shows in renders; modifiers are applied.

    Raises:
        AssetError: the file cannot be read, reaches where it must not, or holds no mesh with
            faces.
    """
    with imported_objects() as new_objects:
        try:
            with fenced(fence, file):
                brought = (
                    _append(path) if path.suffix.lower() == ".blend" else _import(path, new_objects)
                )
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            raise AssetError(f"{file!r} cannot be imported: {reason}. Repair it") from error
        bpy.context.view_layer.update()
        shown = {n: item for n, item in sorted(brought.objects.items()) if not item.hide_render}
        solid = {n: item for n, item in shown.items() if item.type == "MESH" and item.data.polygons}
        if not solid:
            raise AssetError(f"{file!r} holds no mesh with faces. Choose another file")
        meshes = {name: _mesh(name, item) for name, item in solid.items()}
        objects = tuple(
            _room_object(name, item, meshes[name], name in brought.surfaces)
            for name, item in solid.items()
        )
        lights = tuple(light_spec(item) for item in shown.values() if item.type == "LIGHT")
        return RoomMeshes(RoomContent(objects, lights), meshes)


def _append(path: Path) -> _Brought:
    """Append all objects, and show them, because only then Blender computes where they are."""
    try:
        with bpy.data.libraries.load(str(path), link=False) as (source, target):  # type: ignore[func-returns-value]
            names = list(source.objects)
            target.objects = source.objects
            target.collections = [name for name in source.collections if name == SURFACE_COLLECTION]
    except OSError as error:
        raise RuntimeError(str(error)) from error
    objects = dict(zip(names, target.objects, strict=True))
    for item in objects.values():
        item.hide_viewport = False
        bpy.context.scene.collection.objects.link(item)
    members = {item for collection in target.collections for item in collection.all_objects}
    surfaces = frozenset(name for name, item in objects.items() if item in members)
    bpy.data.batch_remove(ids=target.collections)
    return _Brought(objects, surfaces)


def _import(path: Path, new_objects: Callable[[], list[bpy.types.Object]]) -> _Brought:
    import_file(path)
    return _Brought({item.name: item for item in new_objects()}, frozenset())


def _pose_matrix(item: bpy.types.Object) -> Matrix:
    """Return where an object is, without its scale."""
    location, rotation, _ = item.matrix_world.decompose()
    return Matrix.Translation(location) @ rotation.to_matrix().to_4x4()


def _mesh(name: str, item: bpy.types.Object) -> bpy.types.Mesh:
    graph = bpy.context.evaluated_depsgraph_get()
    scale = _pose_matrix(item).inverted() @ item.matrix_world
    return joined_mesh(f"synth {name}", [evaluated_mesh(item, graph, scale)])


def _room_object(
    name: str, item: bpy.types.Object, mesh: bpy.types.Mesh, in_surfaces: bool
) -> RoomObject:
    location, rotation, _ = item.matrix_world.decompose()
    pose = Pose(translation=triple(location), quaternion=tuple(float(value) for value in rotation))
    corners = transform_points(pose.matrix, triangle_mesh(mesh).vertices)
    return RoomObject(
        name=name,
        mark=surface_mark(item),
        in_surfaces=in_surfaces,
        pose=pose,
        low=triple(corners.min(axis=0)),
        high=triple(corners.max(axis=0)),
    )


def surface_mark(item: bpy.types.Object) -> str | bool | None:
    """Return the custom property that marks an object to place on: a text, or whether it is set."""
    mark = item.get(SURFACE_MARK)
    return mark if isinstance(mark, str | None) else bool(mark)


def triple(values: Iterable[float]) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z
