"""Finds the files that a mesh file draws on: materials, textures, buffers."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from .errors import AssetError

_MTL_LIBRARY = re.compile(rb"^\s*mtllib\s+(.+?)\s*$", re.MULTILINE)
_OPTION = rb"-\w+(?:\s+(?:[-+.\deE]+|on|off|[rgbmlz])(?=\s))*\s+"
_MTL_TEXTURE = re.compile(
    rb"^\s*(?:map_\w+|bump|disp|decal|refl|norm)\s+(?:" + _OPTION + rb")*(.+?)\s*$",
    re.MULTILINE | re.IGNORECASE,
)
_USD_REFERENCE = re.compile(rb"@([^@\r\n]+)@")
_FBX_TEXTURE = re.compile(rb"\x10RelativeFilenameS(....)", re.DOTALL)
"""A node of a binary file: the length of its name, the name, the type and length of a text."""


def side_files(path: Path, *, with_looks: bool) -> tuple[Path, ...]:
    """Return the files beside a mesh file that its content comes from, in a fixed order.

    Knows .obj with .mtl, .gltf, .usda and binary .fbx. A file that is damaged has none: what reads
    it next says what is wrong. References of .usda and .fbx that lead nowhere are left out, since
    these formats keep many that nothing needs.

    Args:
        with_looks: whether materials and textures matter.

    Raises:
        AssetError: a file is missing.
    """
    search = _SEARCHES.get(path.suffix.lower())
    if search is None:
        return ()
    try:
        return tuple(dict.fromkeys(search(path, with_looks)))
    except (ValueError, LookupError, TypeError, AttributeError, struct.error, OSError):
        return ()


def _of_obj(path: Path, with_looks: bool) -> Iterator[Path]:
    if not with_looks:
        return
    named = [_text(found[1]) for found in _MTL_LIBRARY.finditer(path.read_bytes())]
    libraries = [_existing(path, name) for name in named]
    same_name = path.with_suffix(".mtl")
    if not libraries and same_name.is_file():  # which importers use unasked
        libraries.append(same_name)
    for library in libraries:
        yield library
        for found in _MTL_TEXTURE.finditer(library.read_bytes()):
            yield _existing(library, _text(found[1]))


def _of_gltf(path: Path, with_looks: bool) -> Iterator[Path]:
    document = json.loads(path.read_bytes())
    for part in ("buffers", "images") if with_looks else ("buffers",):
        for item in document.get(part, ()):
            uri = item.get("uri", "data:")
            if not uri.startswith("data:"):
                yield _existing(path, unquote(uri))


def _of_usda(path: Path, with_looks: bool) -> Iterator[Path]:
    for found in _USD_REFERENCE.finditer(path.read_bytes()):
        yield from _candidates(path, _text(found[1]))


def _of_fbx(path: Path, with_looks: bool) -> Iterator[Path]:
    data = path.read_bytes()
    for found in _FBX_TEXTURE.finditer(data):
        (length,) = struct.unpack("<I", found[1])
        yield from _candidates(path, _text(data[found.end() : found.end() + length]))


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape").strip('"')


def _existing(path: Path, name: str) -> Path:
    found = next(_candidates(path, name), None)
    if found is None:
        raise AssetError(
            f"{path.name!r} names {name!r}, which is not beside it. Add the file, or remove the "
            "name from it; an .obj file in a group with a material needs neither"
        )
    return found


def _candidates(path: Path, name: str) -> Iterator[Path]:
    """Yield the file where importers look for it: by its name, and by the last part of that."""
    slashed = name.replace("\\", "/")
    for form in (slashed, slashed.rpartition("/")[2], slashed.replace("_", " ")):
        if form and (path.parent / form).is_file():
            yield path.parent / form
            return


_SEARCHES: Mapping[str, Callable[[Path, bool], Iterator[Path]]] = {
    ".obj": _of_obj,
    ".gltf": _of_gltf,
    ".usda": _of_usda,
    ".fbx": _of_fbx,
}
