"""One importer for each file format: brings a file's objects into the open file, in metres, z up.

Importers are operators, so they run before any other thread does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import bpy

_Importer = Callable[[Path], None]


def import_file(path: Path) -> None:
    """Import a file with the importer of its type.

    Wavefront, PLY and STL coordinates are taken as they are; glTF's y-up becomes z-up; FBX and USD
    come with the unit and axis that they state.

    Raises:
        RuntimeError: the file cannot be read; its text is the importer's own.
    """
    _IMPORTERS[path.suffix.lower()](path)


@contextmanager
def imported_objects() -> Iterator[Callable[[], list[bpy.types.Object]]]:
    """Yield a function that lists objects new since entry; removes them on leaving.

    What importers change or heed of the open file is restored: selection and length unit.
    """
    layer, units = bpy.context.view_layer, bpy.context.scene.unit_settings
    active, selected = layer.objects.active, [o for o in layer.objects if o.select_get()]
    scale_length, units.scale_length = units.scale_length, 1.0
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
        units.scale_length = scale_length


def _import_obj(path: Path) -> None:
    bpy.ops.wm.obj_import(filepath=str(path), forward_axis="Y", up_axis="Z")


def _import_ply(path: Path) -> None:
    bpy.ops.wm.ply_import(filepath=str(path), forward_axis="Y", up_axis="Z")


def _import_stl(path: Path) -> None:
    bpy.ops.wm.stl_import(filepath=str(path), forward_axis="Y", up_axis="Z")


def _import_gltf(path: Path) -> None:
    _enable("io_scene_gltf2")
    bpy.ops.import_scene.gltf(filepath=str(path))


def _import_fbx(path: Path) -> None:
    """Import with the fast importer of 4.5, or with the one in Python before.

    The former is told not to validate, which would put vertices that are not finite to 0; what
    reads the meshes does it.
    """
    if bpy.app.version >= (4, 5):
        bpy.ops.wm.fbx_import(filepath=str(path), use_anim=False, validate_meshes=False)
        return
    _enable("io_scene_fbx")
    bpy.ops.import_scene.fbx(filepath=str(path), use_anim=False)


def _import_usd(path: Path) -> None:
    if bpy.app.version >= (4, 5):
        scale = {"scale": 1.0, "apply_unit_conversion_scale": True}
    else:
        scale = {"scale": _usd_metres_per_unit(path)}
    bpy.ops.wm.usd_import(
        filepath=str(path),
        set_frame_range=False,
        import_cameras=False,
        import_lights=False,
        import_textures_mode="IMPORT_PACK",
        validate_meshes=False,
        **scale,
    )


_USD_UNIT = re.compile(rb"^\s*metersPerUnit\s*=\s*([-+.\deE]+)", re.MULTILINE)


def _usd_metres_per_unit(path: Path) -> float:
    """Return the unit that a text file states; binary files are taken to be in metres."""
    with path.open("rb") as file:
        found = _USD_UNIT.search(file.read(65536))
    return float(found[1]) if found is not None else 1.0


def _append_blend(path: Path) -> None:
    """Append all objects, and show them, because only then Blender computes where they are."""
    try:
        with bpy.data.libraries.load(str(path), link=False) as (source, target):  # type: ignore[func-returns-value]
            target.objects = source.objects
    except OSError as error:
        raise RuntimeError(str(error)) from error
    for item in target.objects:
        item.hide_viewport = False
        bpy.context.scene.collection.objects.link(item)


def _enable(addon: str) -> None:
    import addon_utils  # comes with bpy, so bpy must have been imported before

    addon_utils.enable(addon)


_IMPORTERS: Mapping[str, _Importer] = {
    ".obj": _import_obj,
    ".ply": _import_ply,
    ".stl": _import_stl,
    ".glb": _import_gltf,
    ".gltf": _import_gltf,
    ".fbx": _import_fbx,
    ".usd": _import_usd,
    ".usda": _import_usd,
    ".usdc": _import_usd,
    ".usdz": _import_usd,
    ".blend": _append_blend,
}
