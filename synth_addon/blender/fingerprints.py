"""Digests of what a mesh shows, so that a change in the open file is noticed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np


def fingerprint(own: bpy.types.Mesh, shown: bpy.types.Mesh) -> str:
    """Return the SHA-256, in hex, of a mesh's geometry, texture coordinates and materials.

    Args:
        own: the mesh before modifiers. Texture coordinates and colours are taken from it: those
            that a bevel makes differ in the last bit from one process to the next.
        shown: the mesh with modifiers applied.
    """
    digest = hashlib.sha256()
    for part in (*_geometry(shown), *_painting(own)):
        digest.update(part)
    for material in shown.materials:
        for line in _material_lines(material):
            digest.update(f"{line}\n".encode())
    return digest.hexdigest()


def _geometry(mesh: bpy.types.Mesh) -> Iterator[bytes]:
    yield _array(mesh.vertices, "co", 3, np.float32)
    yield _array(mesh.loops, "vertex_index", 1, np.int32)
    yield _array(mesh.polygons, "loop_start", 1, np.int32)
    yield _array(mesh.polygons, "material_index", 1, np.int32)


def _painting(mesh: bpy.types.Mesh) -> Iterator[bytes]:
    for layer in mesh.uv_layers:
        yield layer.name.encode() + _array(layer.uv, "vector", 2, np.float32)
    for layer in mesh.color_attributes:
        yield layer.name.encode() + _array(layer.data, "color", 4, np.float32)


def _array(
    items: bpy.types.bpy_prop_collection, attribute: str, width: int, kind: type[np.generic]
) -> bytes:
    values = np.empty(width * len(items), dtype=kind)
    items.foreach_get(attribute, values)
    return values.tobytes()


def _material_lines(material: bpy.types.Material | None) -> Iterator[str]:
    if material is None:
        return
    yield f"{material.name} {tuple(material.diffuse_color)}"
    if material.node_tree is not None:
        yield from _tree_lines(material.node_tree)


def _tree_lines(tree: bpy.types.NodeTree) -> Iterator[str]:
    for node in tree.nodes:
        yield f"{node.bl_idname} {node.name} {node.mute}"
        yield from _setting_lines(node)
        for socket in node.inputs:
            value = getattr(socket, "default_value", None)
            yield f"{socket.identifier} {_plain(value)}"
        if isinstance(node, bpy.types.ShaderNodeGroup) and node.node_tree is not None:
            yield from _tree_lines(node.node_tree)
    for link in tree.links:
        ends = (link.from_socket.identifier, link.to_socket.identifier)
        yield f"{link.from_node.name} {ends[0]} {link.to_node.name} {ends[1]}"


def _setting_lines(node: bpy.types.Node) -> Iterator[str]:
    """Yield what a node's own class adds: its choices and numbers, ramps and images."""
    shared = set(bpy.types.Node.bl_rna.properties.keys())
    for name, declared in node.bl_rna.properties.items():
        if name in shared:
            continue
        value = getattr(node, name)
        if declared.type in ("BOOLEAN", "INT", "FLOAT", "STRING", "ENUM"):
            yield f"{name} {_plain(value)}"
        elif isinstance(value, bpy.types.Image):
            yield f"{name} {_image_digest(value)}"
        elif isinstance(value, bpy.types.ColorRamp):
            yield from (f"{stop.position} {tuple(stop.color)}" for stop in value.elements)


def _plain(value: object) -> str:
    if isinstance(value, bpy.types.ID):
        return value.name
    if hasattr(value, "__len__") and not isinstance(value, str | set):
        return str(tuple(value))
    return str(sorted(value)) if isinstance(value, set) else str(value)


def _image_digest(image: bpy.types.Image) -> str:
    if image.packed_file is not None:
        return hashlib.sha256(image.packed_file.data).hexdigest()
    path = Path(bpy.path.abspath(image.filepath, library=image.library))
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return f"no file, {image.source} {tuple(image.size)} {tuple(image.generated_color)}"
