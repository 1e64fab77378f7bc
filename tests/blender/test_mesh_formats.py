"""Units, axes, materials and modifiers of every mesh format, and files that state nonsense."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy
import numpy as np
import pytest
from PIL import Image

from synth_addon.core.errors import AssetError
from synth_addon.core.mesh import TriangleMesh

from .blocks import (
    SIZE,
    TRIANGLES,
    WRITERS,
    Loader,
    gltf_parts,
    gltf_text,
    obj_text,
    only_block,
    volume,
    write_fbx,
    write_stl,
    write_usd,
)
from .scenes import view_from

OLD = bpy.app.version < (4, 5)


def is_block(mesh: TriangleMesh, size: tuple[float, ...] = SIZE) -> bool:
    low, high = mesh.bounds
    fits = np.allclose(high - low, size, rtol=1e-4) and len(mesh.triangles) == 12
    return bool(fits and np.isclose(volume(mesh), np.prod(size), rtol=1e-3))


# What FBX and USD state about themselves


@pytest.mark.parametrize(
    "options",
    [
        {"apply_scale_options": "FBX_SCALE_ALL"},
        {"apply_scale_options": "FBX_SCALE_UNITS"},
        {"global_scale": 1.0, "axis_forward": "Y", "axis_up": "Z"},
        {"axis_forward": "-Z", "axis_up": "Y", "bake_space_transform": True},
    ],
)
def test_fbx_comes_with_its_unit_and_axes(loader: Loader, options: dict[str, object]) -> None:
    write_fbx(loader.folder / "block.fbx", **options)
    assert is_block(loader.load("block.fbx"))


@pytest.mark.parametrize("suffix", [".usda", ".usdc"])
def test_usd_with_y_up_stands(loader: Loader, suffix: str) -> None:
    turned = {"export_global_forward_selection": "NEGATIVE_Z", "export_global_up_selection": "Y"}
    write_usd(loader.folder / f"block{suffix}", convert_orientation=True, **turned)
    mesh = loader.load(f"block{suffix}")
    assert is_block(mesh)
    assert mesh.bounds[0] == pytest.approx((0, 0, 0), abs=1e-5)


USDA = """#usda 1.0
(
    metersPerUnit = {unit}
    upAxis = "{axis}"
)
def Mesh "block"
{{
    int[] faceVertexCounts = [{counts}]
    int[] faceVertexIndices = [{indices}]
    point3f[] points = [{points}]
    uniform token subdivisionScheme = "none"
}}
"""


def usda(unit: float, axis: str, bad: float | None = None) -> str:
    """Write the block in a unit, with y or z up, by hand."""
    corners = [(x, y, z) for x in (0, 0.1) for y in (0, 0.2) for z in (0, 0.3)]
    if axis == "Y":
        corners = [(x, z, -y) for x, y, z in corners]
    rows = [tuple(value / unit for value in corner) for corner in corners]
    if bad is not None:
        rows[3] = (bad, *rows[3][1:])
    return USDA.format(
        unit=unit,
        axis=axis,
        counts=", ".join("3" for _ in TRIANGLES),
        indices=", ".join(str(i) for triangle in TRIANGLES for i in triangle),
        points=", ".join(f"({x}, {y}, {z})" for x, y, z in rows),
    )


@pytest.mark.parametrize("unit", [1, 0.01, 0.001])
@pytest.mark.parametrize("axis", ["Y", "Z"])
def test_usd_comes_with_its_unit(loader: Loader, unit: float, axis: str) -> None:
    (loader.folder / "block.usda").write_text(usda(unit, axis))
    assert is_block(loader.load("block.usda"))


@pytest.mark.skipif(OLD, reason="4.2 takes binary USD to be in metres")
def test_binary_usd_comes_with_its_unit(loader: Loader) -> None:
    write_usd(loader.folder / "block.usdc", convert_scene_units="CENTIMETERS")
    assert is_block(loader.load("block.usdc"))


@pytest.mark.parametrize("suffix", [".fbx", ".usdc", ".stl", ".ply", ".glb"])
def test_the_unit_of_the_open_file_changes_nothing(loader: Loader, suffix: str) -> None:
    WRITERS[suffix](loader.folder / f"block{suffix}")
    units = bpy.context.scene.unit_settings
    units.scale_length = 0.1
    try:
        assert is_block(loader.load(f"block{suffix}"))
        assert units.scale_length == pytest.approx(0.1)
    finally:
        units.scale_length = 1.0


# The axis that a recipe states


@pytest.mark.parametrize("suffix", list(WRITERS))
def test_up_axis_turns_what_the_format_leaves(loader: Loader, suffix: str) -> None:
    WRITERS[suffix](loader.folder / f"block{suffix}")
    x, y, z = SIZE
    taken, other = ("Y", "Z") if suffix in (".gltf", ".glb") else ("Z", "Y")
    assert is_block(loader.load(f"block{suffix}", up_axis=taken))
    assert is_block(loader.load(f"block{suffix}", up_axis=other), (x, z, y))


def test_y_up_becomes_z_up(loader: Loader) -> None:
    (loader.folder / "block.obj").write_text(obj_text())
    low, high = loader.load("block.obj", up_axis="Y").bounds
    assert low == pytest.approx((0, -0.3, 0), abs=1e-6)
    assert high == pytest.approx((0.1, 0, 0.2), abs=1e-6)


# What becomes of materials, modifiers and mirrored or hidden objects


def two_materials() -> str:
    """Return one object whose halves are red and blue, which two primitives of one mesh are."""
    description, data = gltf_parts()
    (mesh,) = description["meshes"]
    (first,) = mesh["primitives"]
    half = description["accessors"][1] | {"count": 18}
    halves = [half, half | {"byteOffset": 36}]
    primitives = [first | {"indices": 1, "material": 0}, first | {"indices": 2, "material": 1}]
    changed = {
        "accessors": [description["accessors"][0], *halves],
        "meshes": [{"primitives": primitives}],
        "materials": [
            {"pbrMetallicRoughness": {"baseColorFactor": color, "metallicFactor": 0}}
            for color in ([1, 0, 0, 1], [0, 0, 1, 1])
        ],
    }
    return gltf_text(description | changed, data)


def test_faces_of_one_object_keep_their_own_materials(loader: Loader) -> None:
    (loader.folder / "block.gltf").write_text(two_materials())
    scene = loader.scene("block.gltf")
    loader.renderer.load(scene.spec)
    loader.renderer.build(scene)
    seen = []
    for eye in ((-0.8, -0.8, 0.8), (0.9, 0.9, 0.8)):
        frame = loader.renderer.render(view_from(eye, (0.05, 0.1, 0.15)))
        seen.append(frame.rgb[frame.instance_ids == 1].astype(int))
    pixels = np.concatenate(seen)
    assert np.count_nonzero(pixels[:, 0] > pixels[:, 2] + 50) > 100
    assert np.count_nonzero(pixels[:, 2] > pixels[:, 0] + 50) > 100


@contextmanager
def painted_block(folder: Path, texture: str | None) -> Iterator[None]:
    """Give the block blue paint, or an image of it."""
    with only_block() as item:
        material = bpy.data.materials.new("paint")
        if bpy.app.version < (5, 0):
            material.use_nodes = True
        shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
        shader.inputs["Base Color"].default_value = (0.0, 0.0, 0.9, 1)
        image = None
        if texture is not None:
            Image.new("RGB", (8, 8), (0, 0, 240)).save(folder / texture)
            image = bpy.data.images.load(str(folder / texture))
            node = material.node_tree.nodes.new("ShaderNodeTexImage")
            node.image = image
            material.node_tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])
            item.data.uv_layers.new(name="UVMap")
        item.data.materials.append(material)
        try:
            yield
        finally:
            bpy.data.batch_remove(ids=[block for block in (material, image) if block is not None])


def export_painted(path: Path, texture: str | None) -> None:
    import addon_utils

    addon_utils.enable("io_scene_fbx")
    with painted_block(path.parent, texture):
        if path.suffix == ".fbx":
            bpy.ops.export_scene.fbx(filepath=str(path), use_selection=True, path_mode="RELATIVE")
        else:
            bpy.ops.wm.usd_export(
                filepath=str(path), selected_objects_only=True, convert_world_material=False
            )


@pytest.mark.parametrize("texture", [None, "paint.png"])
@pytest.mark.parametrize("suffix", [".fbx", ".usda", ".usdc", ".usdz"])
def test_fbx_and_usd_bring_their_paint(loader: Loader, suffix: str, texture: str | None) -> None:
    export_painted(loader.folder / f"block{suffix}", texture)
    scene = loader.scene(f"block{suffix}")
    loader.renderer.load(scene.spec)
    loader.renderer.build(scene)
    frame = loader.renderer.render(view_from((0.6, 0.9, 0.8), (0.05, 0.1, 0.15)))
    red, green, blue = frame.rgb[frame.instance_ids == 1].astype(float).mean(axis=0)
    assert blue > 2 * max(red, green)


def save_blend(path: Path, change: Callable[[bpy.types.Object], None]) -> None:
    with only_block() as item:
        change(item)
        bpy.data.libraries.write(str(path), {item})


def test_modifiers_of_a_blend_are_applied(loader: Loader) -> None:
    def repeated(item: bpy.types.Object) -> None:
        modifier = item.modifiers.new("row", "ARRAY")
        modifier.count = 3

    save_blend(loader.folder / "row.blend", repeated)
    mesh = loader.load("row.blend")
    assert len(mesh.triangles) == 36
    assert mesh.bounds[1] == pytest.approx((0.3, 0.2, 0.3), abs=1e-6)


def test_mirrored_objects_face_outward(loader: Loader) -> None:
    def mirrored(item: bpy.types.Object) -> None:
        item.scale = (-1, 1, 1)

    save_blend(loader.folder / "mirrored.blend", mirrored)
    assert is_block(loader.load("mirrored.blend"))


def test_objects_hidden_from_render_are_left_out_unless_named(loader: Loader) -> None:
    def hidden(item: bpy.types.Object) -> None:
        item.hide_render = item.hide_viewport = True

    save_blend(loader.folder / "hidden.blend", hidden)
    assert is_block(loader.load("hidden.blend", object="block"))
    with pytest.raises(AssetError, match=r"hidden\.blend.*holds no mesh"):
        loader.load("hidden.blend")


# Draco


def write_draco(path: Path) -> None:
    """Write what an encoder would, were it there: a description without plain positions."""
    description, data = gltf_parts()
    (mesh,) = description["meshes"]
    packed = {"bufferView": 0, "attributes": {"POSITION": 0}}
    (primitive,) = mesh["primitives"]
    primitive["extensions"] = {"KHR_draco_mesh_compression": packed}
    for accessor in description["accessors"]:
        accessor.pop("bufferView")
    names = ["KHR_draco_mesh_compression"]
    path.write_text(
        gltf_text(description | {"extensionsUsed": names, "extensionsRequired": names}, data)
    )


@pytest.mark.skipif(OLD, reason="the module of 4.2 brings no Draco library")
def test_draco_is_read(loader: Loader) -> None:
    import addon_utils

    addon_utils.enable("io_scene_gltf2")
    with only_block():
        bpy.ops.export_scene.gltf(
            filepath=str(loader.folder / "block.glb"),
            use_selection=True,
            export_draco_mesh_compression_enable=True,
        )
    description = (loader.folder / "block.glb").read_bytes()
    assert b"KHR_draco_mesh_compression" in description
    assert is_block(loader.load("block.glb"))


def test_draco_that_cannot_be_read_is_refused(loader: Loader) -> None:
    write_draco(loader.folder / "draco.gltf")
    with pytest.raises(AssetError, match=r"draco\.gltf") as caught:
        loader.load("draco.gltf")
    assert "\n" not in str(caught.value)
    assert "Location" not in str(caught.value)
    assert ("without Draco compression" in str(caught.value)) == OLD


# Nonsense


def nan_stl(path: Path, **options: object) -> None:
    write_stl(path, **options)
    data = path.read_bytes()
    if options:
        text = data.decode().replace("vertex 0.1", "vertex nan", 1)
        path.write_text(text)
    else:
        path.write_bytes(data[:96] + np.float32(np.inf).tobytes() + data[100:])


def nan_fbx(path: Path) -> None:
    import addon_utils

    addon_utils.enable("io_scene_fbx")
    with only_block() as item:
        item.data.vertices[5].co.y = np.nan
        bpy.ops.export_scene.fbx(filepath=str(path), use_selection=True)


def nan_usdc(path: Path) -> None:
    with only_block() as item:
        item.data.vertices[5].co.y = np.nan
        bpy.ops.wm.usd_export(
            filepath=str(path), selected_objects_only=True, convert_world_material=False
        )


NONSENSE: dict[str, Callable[[Path], object]] = {
    "nan_text.stl": lambda path: nan_stl(path, ascii_format=True),
    "infinite.stl": nan_stl,
    "nan.fbx": nan_fbx,
    "nan.usdc": nan_usdc,
    "nan.usda": lambda path: path.write_text(usda(1, "Z", bad=np.nan)),
    "infinite.usda": lambda path: path.write_text(usda(1, "Z", bad=np.inf)),
    "words.stl": lambda path: path.write_text("a letter"),
    "points.stl": lambda path: path.write_text("solid a\nendsolid a\n"),
    "garbage.fbx": lambda path: path.write_bytes(bytes(range(256)) * 20),
    "text.fbx": lambda path: path.write_text("; FBX 7.4.0 project file\n"),
    "cut_off.fbx": lambda path: (write_fbx(path), path.write_bytes(path.read_bytes()[:900])),
    "garbage.usd": lambda path: path.write_bytes(bytes(range(256)) * 20),
    "words.usda": lambda path: path.write_text("a letter"),
    "nothing.usda": lambda path: path.write_text("#usda 1.0\n"),
    "garbage.usdc": lambda path: path.write_bytes(bytes(range(256)) * 20),
    "cut_off.usdc": lambda path: (write_usd(path), path.write_bytes(path.read_bytes()[:300])),
    "garbage.usdz": lambda path: path.write_bytes(bytes(range(256)) * 20),
    "no_points.gltf": lambda path: path.write_text(json.dumps({"asset": {"version": "1.0"}})),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_refused_by_name(loader: Loader, name: str) -> None:
    NONSENSE[name](loader.folder / name)
    before = set(bpy.data.objects)
    with pytest.raises(AssetError, match=name) as caught:
        loader.load(name)
    told = str(caught.value)
    assert "\n" not in told
    assert "not finite" in told or not name.startswith(("nan", "infinite"))
    assert set(bpy.data.objects) == before
