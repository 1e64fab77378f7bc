"""Vertices that are not finite are found in every file format, however it stores them."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from synth_addon.core.mesh_files import has_vertices_not_finite

Corners = NDArray[np.float32]


def obj(vertices: Corners) -> bytes:
    return "".join(f"v {x} {y} {z}\n" for x, y, z in vertices).encode() + b"f 1 2 3\n"


def ply(encoding: str) -> Callable[[Corners], bytes]:
    def write(vertices: Corners) -> bytes:
        header = (
            f"ply\nformat {encoding} 1.0\nelement vertex {len(vertices)}\n"
            "property float x\nproperty float y\nproperty float z\nproperty uchar red\n"
            "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
        )
        if encoding == "ascii":
            rows = "".join(f"{x} {y} {z} 255\n" for x, y, z in vertices) + "3 0 1 2\n"
            return (header + rows).encode()
        order = "<" if encoding == "binary_little_endian" else ">"
        rows = b"".join(struct.pack(order + "fffB", *row, 255) for row in vertices)
        return header.encode() + rows + struct.pack(order + "Biii", 3, 0, 1, 2)

    return write


def gltf_document(vertices: Corners, **buffer: str) -> tuple[dict[str, object], bytes]:
    """Interleave positions with one more float, as exporters do."""
    data = b"".join(struct.pack("<ffff", *row, 1) for row in vertices)
    return {
        "asset": {"version": "2.0"},
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": len(vertices), "type": "VEC3"}
        ],
        "bufferViews": [{"buffer": 0, "byteLength": len(data), "byteStride": 16}],
        "buffers": [{"byteLength": len(data), **buffer}],
    }, data


def gltf(vertices: Corners) -> bytes:
    _, data = gltf_document(vertices)
    uri = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
    return json.dumps(gltf_document(vertices, uri=uri)[0]).encode()


def glb(vertices: Corners) -> bytes:
    document, data = gltf_document(vertices)
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    chunks += struct.pack("<I4s", len(data), b"BIN\0") + data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def stl_text(vertices: Corners) -> bytes:
    rows = "".join(f"    vertex {x} {y} {z}\n" for x, y, z in vertices)
    return f"solid inf\n  facet normal 0 0 1\n   outer loop\n{rows}endsolid inf\n".encode()


def stl_binary(vertices: Corners) -> bytes:
    corners = vertices[:9].reshape(-1, 9)
    rows = b"".join(struct.pack("<12fH", 0, 0, np.nan, *row, 0) for row in corners)
    return b"solid".ljust(80) + struct.pack("<I", len(corners)) + rows


def fbx(is_packed: bool) -> Callable[[Corners], bytes]:
    """Write the node that holds the vertices, as the format has it, with others around."""

    def write(vertices: Corners) -> bytes:
        body = vertices.astype("<f8").tobytes()
        if is_packed:
            body = zlib.compress(body)
        head = struct.pack("<III", vertices.size, is_packed, len(body))
        return b"Kaydara FBX Binary  \0" + b"\x08Verticesd" + head + body + b"\x05Edgesi"

    return write


FORMATS: dict[str, Callable[[Corners], bytes]] = {
    "plain.obj": obj,
    "ascii.ply": ply("ascii"),
    "little.ply": ply("binary_little_endian"),
    "big.ply": ply("binary_big_endian"),
    "text.stl": stl_text,
    "binary.stl": stl_binary,
    "plain.fbx": fbx(is_packed=False),
    "packed.fbx": fbx(is_packed=True),
    "embedded.gltf": gltf,
    "packed.glb": glb,
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_finds_one_value_in_any_axis(tmp_path: Path, name: str, value: float) -> None:
    path = tmp_path / name
    for axis in range(3):
        vertices = np.arange(30, dtype=np.float32).reshape(10, 3)
        path.write_bytes(FORMATS[name](vertices))
        assert not has_vertices_not_finite(path)
        vertices[7, axis] = value
        path.write_bytes(FORMATS[name](vertices))
        assert has_vertices_not_finite(path)


def test_finds_it_in_a_buffer_beside_the_document(tmp_path: Path) -> None:
    vertices = np.full((4, 3), np.nan, np.float32)
    document, data = gltf_document(vertices, uri="a%20b.bin")
    (tmp_path / "a b.bin").write_bytes(data)
    (tmp_path / "mesh.gltf").write_text(json.dumps(document))
    assert has_vertices_not_finite(tmp_path / "mesh.gltf")


@pytest.mark.parametrize("name", FORMATS)
def test_leaves_damage_to_the_importer(tmp_path: Path, name: str) -> None:
    whole = FORMATS[name](np.zeros((10, 3), np.float32))
    for length in range(0, len(whole), 7):
        (tmp_path / name).write_bytes(whole[:length])
        assert not has_vertices_not_finite(tmp_path / name)


def test_a_material_called_infinite_is_no_vertex(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text("usemtl inf\nv 0 0 0\n# v nan\n")
    assert not has_vertices_not_finite(tmp_path / "a.obj")
