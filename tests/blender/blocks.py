"""One block in every format that files of meshes come in, and what loads them as a job does."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import bpy
import numpy as np

from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.scene_spec import FileAsset

from .scenes import at, scene_of, thing

# A block of 0.1 x 0.2 x 0.3, its corner in the origin; no two axes are alike.
CORNERS = [(x, y, z) for x in (0, 0.1) for y in (0, 0.2) for z in (0, 0.3)]
QUADS = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
TRIANGLES = [part for a, b, c, d in QUADS for part in ((a, b, c), (a, c, d))]
SIZE = (0.1, 0.2, 0.3)


def obj_text(name: str = "block", offset: float = 0.0, first: int = 1) -> str:
    lines = [f"o {name}"]
    lines += [f"v {x + offset} {y} {z}" for x, y, z in CORNERS]
    lines += ["f " + " ".join(str(i + first) for i in quad) for quad in QUADS]
    return "\n".join(lines) + "\n"


def write_obj(path: Path) -> None:
    path.write_text(obj_text())


def write_ply(path: Path) -> None:
    path.write_text(ply_text())


def ply_text() -> str:
    header = ["ply", "format ascii 1.0", f"element vertex {len(CORNERS)}"]
    header += [f"property float {axis}" for axis in "xyz"]
    header += [f"element face {len(QUADS)}", "property list uchar int vertex_indices", "end_header"]
    body = [" ".join(map(str, corner)) for corner in CORNERS]
    body += ["4 " + " ".join(map(str, quad)) for quad in QUADS]
    return "\n".join(header + body) + "\n"


def gltf_parts() -> tuple[dict[str, object], bytes]:
    """Return the description and the buffer of a file that holds the block, y up as glTF has it."""
    upright = np.array([(x, z, -y) for x, y, z in CORNERS], "<f4")
    indices = np.array(TRIANGLES, "<u2")
    data = upright.tobytes() + indices.tobytes()
    views = [
        {"buffer": 0, "byteOffset": 0, "byteLength": upright.nbytes},
        {"buffer": 0, "byteOffset": upright.nbytes, "byteLength": indices.nbytes},
    ]
    accessors = [
        {"bufferView": 0, "componentType": 5126, "count": len(upright), "type": "VEC3"}
        | {"min": upright.min(axis=0).tolist(), "max": upright.max(axis=0).tolist()},
        {"bufferView": 1, "componentType": 5123, "count": indices.size, "type": "SCALAR"},
    ]
    return {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "block"}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [1, 0, 0, 1]}}],
        "buffers": [{"byteLength": len(data)}],
        "bufferViews": views,
        "accessors": accessors,
    }, data


def write_gltf(path: Path) -> None:
    path.write_text(gltf_text(*gltf_parts()))


def gltf_text(description: dict[str, object], data: bytes) -> str:
    uri = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
    return json.dumps(description | {"buffers": [{"byteLength": len(data), "uri": uri}]})


def nan_gltf() -> str:
    description, data = gltf_parts()
    return gltf_text(description, struct.pack("<f", np.nan) + data[4:])


def write_glb(path: Path) -> None:
    description, data = gltf_parts()
    text = json.dumps(description).encode()
    text += b" " * (-len(text) % 4)
    data += b"\0" * (-len(data) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    chunks += struct.pack("<I4s", len(data), b"BIN\0") + data
    path.write_bytes(struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks)


def write_blend(path: Path, places: Mapping[str, float] | None = None) -> None:
    """Write a file with the block under each name, moved along x in its object's transform."""
    mesh = bpy.data.meshes.new("block")
    mesh.from_pydata(CORNERS, [], QUADS)
    material = bpy.data.materials.new("red")
    material.diffuse_color = (1, 0, 0, 1)
    mesh.materials.append(material)
    objects = []
    for name, place in (places or {"block": 0.0}).items():
        item = bpy.data.objects.new(name, mesh)
        assert item.name == name
        item.location.x = place
        objects.append(item)
    bpy.data.libraries.write(str(path), set(objects))
    bpy.data.batch_remove(ids=[*objects, mesh, material])


@contextmanager
def only_block(item_scale: float = 1.0) -> Iterator[bpy.types.Object]:
    """Select the block alone in the open scene, as exporters want it."""
    mesh = bpy.data.meshes.new("block")
    mesh.from_pydata(CORNERS, [], QUADS)
    item = bpy.data.objects.new("block", mesh)
    item.scale = (item_scale,) * 3
    bpy.context.scene.collection.objects.link(item)
    layer = bpy.context.view_layer
    before = layer.objects.active, [other for other in layer.objects if other.select_get()]
    for other in before[1]:
        other.select_set(False)
    item.select_set(True)
    layer.objects.active = item
    try:
        yield item
    finally:
        bpy.data.batch_remove(ids=[item, mesh])
        for other in before[1]:
            other.select_set(True)
        layer.objects.active = before[0]


def write_stl(path: Path, **options: object) -> None:
    with only_block():
        bpy.ops.wm.stl_export(filepath=str(path), export_selected_objects=True, **options)


def write_fbx(path: Path, **options: object) -> None:
    import addon_utils

    addon_utils.enable("io_scene_fbx")
    with only_block():
        bpy.ops.export_scene.fbx(filepath=str(path), use_selection=True, **options)


def write_usd(path: Path, **options: object) -> None:
    with only_block():
        bpy.ops.wm.usd_export(
            filepath=str(path), selected_objects_only=True, convert_world_material=False, **options
        )


WRITERS: Mapping[str, Callable[[Path], None]] = {
    ".obj": write_obj,
    ".ply": write_ply,
    ".stl": write_stl,
    ".gltf": write_gltf,
    ".glb": write_glb,
    ".fbx": write_fbx,
    ".usd": write_usd,
    ".usda": write_usd,
    ".usdc": write_usd,
    ".usdz": write_usd,
    ".blend": write_blend,
}


class Loader:
    """Loads files as a job does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths: dict[str, Path] = {}
        self.renderer = BlenderRenderer(self.paths)

    def scene(self, name: str, **fields: object):
        self.paths[name] = self.folder / name
        item = thing(1, "cube", at(0, 0, 0), material=None)
        return scene_of(
            [item.model_copy(update={"asset": FileAsset(file=name, **fields)})], surfaces=()
        )

    def load(self, name: str, **fields: object) -> TriangleMesh:
        (mesh,) = self.renderer.load(self.scene(name, **fields).spec).values()
        return mesh


def volume(mesh: TriangleMesh) -> float:
    """Return the enclosed volume; negative when faces look inward."""
    a, b, c = mesh.vertices[mesh.triangles].transpose(1, 0, 2)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)
