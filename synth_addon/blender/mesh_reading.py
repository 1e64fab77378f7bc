"""Reads a mesh file as one mesh."""

from __future__ import annotations

import re
from math import radians
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix

from ..core.asset_roots import Fence
from ..core.errors import AssetError
from ..core.mesh_files import has_vertices_not_finite
from ..core.scene_spec import FileAsset
from .fencing import fenced
from .importers import import_file, imported_objects
from .meshes import evaluated_mesh, joined_mesh

_COPY_NUMBER = re.compile(r"\.\d{3}$")
"""What Blender appends to a name that is taken."""


def mesh_from_file(path: Path, asset: FileAsset, fence: Fence) -> bpy.types.Mesh:
    """Return all (or the named) meshes of a file as one, in metres, in the file's own frame.

    Objects that are hidden from render are left out unless they are named. Modifiers are applied.

    Raises:
        AssetError: the file cannot be read, reaches where it must not, or holds no such mesh.
    """
    if has_vertices_not_finite(path):
        raise _not_finite(asset)
    with imported_objects() as new_objects:
        try:
            with fenced(fence, asset.file):
                import_file(path)
        except RuntimeError as error:
            raise _not_importable(asset, error) from error
        meshes = [item for item in new_objects() if item.type == "MESH" and len(item.data.polygons)]
        chosen = _visible(meshes) if asset.object is None else _named(meshes, asset)
        if not chosen:
            raise AssetError(f"{asset.file!r} holds no mesh with faces. Choose another file")
        for item in chosen:
            _check_and_repair(item, asset)
        turn = Matrix.Scale(asset.unit_m, 4) @ _turned_up(path, asset)
        bpy.context.view_layer.update()
        graph = bpy.context.evaluated_depsgraph_get()
        # joined by the order of names, for repeatability
        parts = [
            evaluated_mesh(item, graph, turn @ item.matrix_world)
            for item in sorted(chosen, key=lambda item: item.name)
        ]
        return joined_mesh(path.stem, parts)


def _not_importable(asset: FileAsset, error: RuntimeError) -> AssetError:
    """Return an error with the importer's own words: the last line that is no place in a program.

    The module of Blender 4.2 comes without the library that unpacks Draco.
    """
    lines = [line.strip() for line in str(error).strip().splitlines()]
    told = [line for line in lines if line and not line.startswith("Location:")]
    reason = told[-1].removeprefix("Error: ").rstrip(".") if told else "no reason given"
    remedy = "Repair it"
    if "libextern_draco" in reason:
        remedy = "Save it without Draco compression, or use Blender 4.5 or later"
    return AssetError(f"{asset.file!r} cannot be imported: {reason}. {remedy}")


def _not_finite(asset: FileAsset) -> AssetError:
    return AssetError(f"{asset.file!r} has vertices that are not finite. Repair the mesh")


def _check_and_repair(item: bpy.types.Object, asset: FileAsset) -> None:
    """Mend what importers let through; first look for what mending would hide."""
    mesh = item.data
    assert isinstance(mesh, bpy.types.Mesh)
    vertices = np.empty(3 * len(mesh.vertices), dtype=np.float32)
    mesh.vertices.foreach_get("co", vertices)
    if not np.isfinite(vertices).all():
        raise _not_finite(asset)
    mesh.validate(clean_customdata=False)


def _visible(meshes: list[bpy.types.Object]) -> list[bpy.types.Object]:
    return [item for item in meshes if not item.hide_render]


def _named(meshes: list[bpy.types.Object], asset: FileAsset) -> list[bpy.types.Object]:
    chosen = [item for item in meshes if item.name == asset.object]
    if not chosen:  # another object of that name is in the open file
        chosen = [item for item in meshes if _COPY_NUMBER.sub("", item.name) == asset.object]
    if not chosen:
        names = ", ".join(sorted(item.name for item in meshes))
        raise AssetError(f"{asset.file!r} has no object {asset.object!r}. It has {names}")
    return chosen


def _turned_up(path: Path, asset: FileAsset) -> Matrix:
    """Return the turn that brings the stated up axis from where the importer left it to z."""
    taken = "Y" if path.suffix.lower() in (".glb", ".gltf") else "Z"
    if asset.up_axis in (None, taken):
        return Matrix.Identity(4)
    return Matrix.Rotation(radians(90 if asset.up_axis == "Y" else -90), 4, "X")
