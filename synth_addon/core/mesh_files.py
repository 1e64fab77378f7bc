"""Looks for vertices that are not finite in mesh files: importers read them as 0, unseen."""

from __future__ import annotations

import base64
import binascii
import json
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

_OBJ_VERTEX = re.compile(rb"^\s*v\s[^\n]*(nan|inf)", re.IGNORECASE | re.MULTILINE)
_WORD = re.compile(rb"(?<![a-z])[-+]?(nan|inf)", re.IGNORECASE)
_PLY_HEADER_END = re.compile(rb"^end_header\r?\n", re.MULTILINE)
_PLY_TYPES = {
    **{"char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4"},
    **{"int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4"},
    **{"float": "f4", "float32": "f4", "double": "f8", "float64": "f8"},
}
_STL_VERTEX = re.compile(rb"^\s*vertex\s[^\n]*(nan|inf)", re.IGNORECASE | re.MULTILINE)
_STL_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_FBX_VERTICES = re.compile(rb"\x08Verticesd(.{12})", re.DOTALL)
"""A node of an array of doubles: its length, whether it is packed, and its size in bytes."""
_GLTF_FLOAT = 5126
_GLB_MAGIC = b"glTF"
_DATA_URI = re.compile(r"data:[^,]*;base64,")


def has_vertices_not_finite(path: Path) -> bool:
    """Return whether a mesh file states a vertex that is nan or infinite.

    Knows .obj, .ply, .stl, .gltf, .glb and binary .fbx; other importers keep such vertices. A file
    that is damaged otherwise gives False: what reads it next says what is wrong.
    """
    search = _SEARCHES.get(path.suffix.lower())
    if search is None:
        return False
    try:
        return search(path)
    except (ValueError, LookupError, TypeError, AttributeError, OSError):
        return False
    except (struct.error, zlib.error):
        return False


def _search_obj(path: Path) -> bool:
    return _OBJ_VERTEX.search(path.read_bytes()) is not None


def _search_ply(path: Path) -> bool:
    data = path.read_bytes()
    end = _PLY_HEADER_END.search(data)
    if end is None:
        return False
    header = data[: end.start()].decode("ascii").splitlines()
    body = data[end.end() :]
    encoding = next(line.split()[1] for line in header if line.startswith("format"))
    if encoding == "ascii":
        return _WORD.search(body) is not None
    count, fields = _first_ply_element(header)
    order = "<" if encoding == "binary_little_endian" else ">"
    layout = np.dtype([(name, order + kind) for name, kind in fields])
    vertices = np.frombuffer(body, layout, count)
    return any(not np.isfinite(vertices[axis]).all() for axis in "xyz")


def _first_ply_element(header: list[str]) -> tuple[int, list[tuple[str, str]]]:
    """Return count, and name and type of each property, of the vertices, which come first."""
    words = [line.split() for line in header]
    starts = [i for i, line in enumerate(words) if line[:1] == ["element"]]
    if words[starts[0]][1] != "vertex":
        raise ValueError("the vertices are not first")
    stop = starts[1] if len(starts) > 1 else len(words)
    properties = [line for line in words[starts[0] : stop] if line[0] == "property"]
    return int(words[starts[0]][2]), [(name, _PLY_TYPES[kind]) for _, kind, name in properties]


def _search_stl(path: Path) -> bool:
    data = path.read_bytes()
    (count,) = struct.unpack_from("<I", data, 80) if len(data) >= 84 else (0,)
    if len(data) != 84 + _STL_TRIANGLE.itemsize * count:  # a text, which has no such length
        return _STL_VERTEX.search(data) is not None
    corners = np.frombuffer(data, _STL_TRIANGLE, count, 84)["corners"]
    return not np.isfinite(corners).all()


def _search_fbx(path: Path) -> bool:
    data = path.read_bytes()
    for found in _FBX_VERTICES.finditer(data):
        count, is_packed, size = struct.unpack("<III", found[1])
        body = data[found.end() : found.end() + size]
        values = np.frombuffer(zlib.decompress(body) if is_packed else body, "<f8", count)
        if not np.isfinite(values).all():
            return True
    return False


def _search_gltf(path: Path) -> bool:
    document, chunk = _gltf_parts(path.read_bytes())
    buffers = [_gltf_buffer(buffer, path.parent, chunk) for buffer in document.get("buffers", ())]
    return any(not np.isfinite(array).all() for array in _gltf_positions(document, buffers))


def _gltf_parts(data: bytes) -> tuple[Mapping[str, Any], bytes]:
    """Return a glTF file's JSON document, and the binary chunk of its packed form."""
    if not data.startswith(_GLB_MAGIC):
        return json.loads(data), b""
    chunks, start = [], 12
    while start < len(data):
        (length,) = struct.unpack_from("<I", data, start)
        chunks.append(data[start + 8 : start + 8 + length])
        start += 8 + length
    return json.loads(chunks[0]), chunks[1] if len(chunks) > 1 else b""


def _gltf_buffer(buffer: Mapping[str, Any], folder: Path, chunk: bytes) -> bytes:
    uri = buffer.get("uri")
    if uri is None:
        return chunk
    embedded = _DATA_URI.match(uri)
    if embedded is None:
        return (folder / unquote(uri)).read_bytes()
    try:
        return base64.b64decode(uri[embedded.end() :])
    except binascii.Error as error:
        raise ValueError("damaged data") from error


def _gltf_positions(
    document: Mapping[str, Any], buffers: list[bytes]
) -> Iterator[NDArray[np.float32]]:
    """Yield the vertices (N, 3) of every primitive that stores them plainly."""
    used = {
        primitive["attributes"]["POSITION"]
        for mesh in document.get("meshes", ())
        for primitive in mesh["primitives"]
        if "POSITION" in primitive["attributes"]
    }
    for number in sorted(used):
        accessor = document["accessors"][number]
        if accessor["componentType"] == _GLTF_FLOAT and "bufferView" in accessor:
            view = document["bufferViews"][accessor["bufferView"]]
            offset = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
            yield np.ndarray(
                (accessor["count"], 3),
                np.dtype("<f4"),
                buffers[view["buffer"]],
                offset,
                (view.get("byteStride", 12), 4),
            )


_SEARCHES: Mapping[str, Callable[[Path], bool]] = {
    ".obj": _search_obj,
    ".ply": _search_ply,
    ".stl": _search_stl,
    ".fbx": _search_fbx,
    ".gltf": _search_gltf,
    ".glb": _search_gltf,
}
