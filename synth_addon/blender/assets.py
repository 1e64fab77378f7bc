"""Loads each asset once: its render mesh, its triangles for annotation, its hull for the drop."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix

from ..core.errors import AssetError
from ..core.mesh import TriangleMesh
from ..core.mesh_files import has_vertices_not_finite
from ..core.scene_spec import Asset, FileAsset, ShapeAsset
from ..core.shapes.catalog import mesh_of
from .datablocks import Datablocks
from .meshes import blender_mesh, hull_points, triangle_mesh


@dataclass(frozen=True, eq=False)
class LoadedAsset:
    """One asset in Blender.

    Attributes:
        mesh: shared by all objects that show it.
        hull: vertices whose convex hull falls in its place.
        triangles: what annotations are computed from.
    """

    mesh: bpy.types.Mesh
    hull: bpy.types.Mesh
    triangles: TriangleMesh


class AssetLibrary:
    """The assets of a job.

    Args:
        paths: where each file that a spec names lies.
    """

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = paths
        self._files: dict[str, LoadedAsset] = {}
        self._shapes: dict[str, LoadedAsset] = {}
        self._brought = Datablocks()

    def load(self, key: str, asset: Asset) -> LoadedAsset:
        """Return an asset, loading it at first use.

        Raises:
            AssetError: the file cannot be read or holds no usable mesh.
        """
        known = self._files if isinstance(asset, FileAsset) else self._shapes
        if key not in known:
            known[key] = self._read(asset) if isinstance(asset, FileAsset) else _shaped(asset)
        return known[key]

    def keep_shapes(self, keys: set[str]) -> None:
        """Remove procedural meshes not in `keys`: each scene may bring shapes of its own."""
        gone = [self._shapes.pop(key) for key in set(self._shapes) - keys]
        bpy.data.batch_remove(ids=[block for asset in gone for block in (asset.mesh, asset.hull)])

    def close(self) -> None:
        """Remove all meshes, and the materials and images that came with them."""
        self.keep_shapes(set())
        self._files.clear()
        self._brought.remove_all()

    def _read(self, asset: FileAsset) -> LoadedAsset:
        with _owning_what_comes(self._brought):
            data = read_mesh(self._paths[asset.file], asset)
            triangles = triangle_mesh(data)
            _check_usable(triangles, asset.file)
            return LoadedAsset(data, hull_points(f"{data.name} hull", triangles), triangles)


def _shaped(asset: ShapeAsset) -> LoadedAsset:
    data = blender_mesh("synth shape", mesh_of(asset))
    triangles = triangle_mesh(data)
    return LoadedAsset(data, hull_points("synth shape hull", triangles), triangles)


@contextmanager
def _owning_what_comes(blocks: Datablocks) -> Iterator[None]:
    """Give `blocks` charge of all that appears in Blender: a file may bring anything."""
    before = set(bpy.data.user_map())
    try:
        yield
    finally:
        for block in set(bpy.data.user_map()) - before:
            blocks.own(block)


def _check_usable(mesh: TriangleMesh, file: str) -> None:
    if not len(mesh.triangles):
        raise AssetError(f"{file!r} has no faces. Export it with faces, or choose another file")
    if not np.isfinite(mesh.vertices).all():
        raise AssetError(f"{file!r} has vertices that are not finite. Repair the mesh")
    low, high = mesh.bounds
    if not np.any(high > low):
        raise AssetError(f"{file!r} has no size. Repair the mesh")


def read_mesh(path: Path, asset: FileAsset) -> bpy.types.Mesh:
    """Return all (or the named) meshes of a file as one, in metres, in the file's own frame.

    Wavefront and PLY coordinates are taken as they are; glTF's y-up becomes z-up, as in Blender.

    Raises:
        AssetError: the file cannot be read or holds no such mesh.
    """
    if has_vertices_not_finite(path):
        raise AssetError(f"{asset.file!r} has vertices that are not finite. Repair the mesh")
    with _imported_objects() as new_objects:
        try:
            _IMPORTERS[path.suffix.lower()](path)
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            raise AssetError(f"{asset.file!r} cannot be imported: {reason}. Repair it") from error
        meshes = [item for item in new_objects() if item.type == "MESH" and len(item.data.polygons)]
        if asset.object is not None:
            meshes = _named(meshes, asset)
        if not meshes:
            raise AssetError(f"{asset.file!r} holds no mesh with faces. Choose another file")
        return _joined(meshes, path.stem, asset.unit_m)


_COPY_NUMBER = re.compile(r"\.\d{3}$")
"""What Blender appends to a name that is taken."""


def _named(meshes: list[bpy.types.Object], asset: FileAsset) -> list[bpy.types.Object]:
    chosen = [item for item in meshes if item.name == asset.object]
    if not chosen:  # another object of that name is in the open file
        chosen = [item for item in meshes if _COPY_NUMBER.sub("", item.name) == asset.object]
    if not chosen:
        names = ", ".join(sorted(item.name for item in meshes))
        raise AssetError(f"{asset.file!r} has no object {asset.object!r}. It has {names}")
    return chosen


def _joined(meshes: list[bpy.types.Object], name: str, unit_m: float) -> bpy.types.Mesh:
    """Return one mesh in the file's frame; parts are joined by name order, for repeatability."""
    parts = [_in_file_frame(item, unit_m) for item in sorted(meshes, key=lambda item: item.name)]
    merged = parts[0]
    if len(parts) > 1:
        merged = _merged(parts)
        bpy.data.batch_remove(ids=parts)
    merged.name = name
    if not merged.materials:
        merged.materials.append(None)
    return merged


def _in_file_frame(item: bpy.types.Object, unit_m: float) -> bpy.types.Mesh:
    assert isinstance(item.data, bpy.types.Mesh)
    part = item.data.copy()
    part.transform(Matrix.Scale(unit_m, 4) @ item.matrix_world)
    return part


def _merged(parts: list[bpy.types.Mesh]) -> bpy.types.Mesh:
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


@contextmanager
def _imported_objects() -> Iterator[Callable[[], list[bpy.types.Object]]]:
    """Yield a function that lists objects new since entry; removes them on leaving.

    The selection, which importers change, is restored.
    """
    layer = bpy.context.view_layer
    active, selected = layer.objects.active, [o for o in layer.objects if o.select_get()]
    before = {item.as_pointer() for item in bpy.data.objects}

    def new_objects() -> list[bpy.types.Object]:
        bpy.context.view_layer.update()
        return [item for item in bpy.data.objects if item.as_pointer() not in before]

    try:
        yield new_objects
    finally:
        gone = new_objects()
        data = {item.data for item in gone if item.data is not None}
        bpy.data.batch_remove(ids=gone)
        bpy.data.batch_remove(ids=[block for block in data if not block.users])
        for item in selected:
            item.select_set(True)
        layer.objects.active = active


def _import_obj(path: Path) -> None:
    bpy.ops.wm.obj_import(filepath=str(path), forward_axis="Y", up_axis="Z")


def _import_ply(path: Path) -> None:
    bpy.ops.wm.ply_import(filepath=str(path), forward_axis="Y", up_axis="Z")


def _import_gltf(path: Path) -> None:
    import addon_utils  # comes with bpy, so bpy must have been imported before

    addon_utils.enable("io_scene_gltf2")
    bpy.ops.import_scene.gltf(filepath=str(path))


def _append_blend(path: Path) -> None:
    """Append all objects, and show them, because only then Blender computes where they are."""
    try:
        with bpy.data.libraries.load(str(path), link=False) as (source, target):  # type: ignore[func-returns-value]
            target.objects = source.objects
    except OSError as error:
        raise RuntimeError(str(error)) from error
    for item in target.objects:
        bpy.context.scene.collection.objects.link(item)


_IMPORTERS: Mapping[str, Callable[[Path], None]] = {
    ".obj": _import_obj,
    ".ply": _import_ply,
    ".glb": _import_gltf,
    ".gltf": _import_gltf,
    ".blend": _append_blend,
}
