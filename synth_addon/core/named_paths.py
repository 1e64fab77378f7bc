"""Keeps mesh files from naming other files beyond a fence.

`side_files` finds what is there, as importers do. Here every path counts that an importer may try,
whether or not a file is there, and rather too many than one too few.
"""

from __future__ import annotations

import json
import os
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from .asset_roots import Fence
from .errors import AssetError

_BLANK = rb"[\x00-\x09\x0b-\x20]"
"""What the importer of .obj files takes for blank, without the line's end."""
_CONTINUED = re.compile(rb"\\" + _BLANK + rb"*\n")
_MTL_LIBRARY = re.compile(rb"^" + _BLANK + rb"*mtllib" + _BLANK + rb"+(.*)$", re.MULTILINE)
_MTL_TEXTURE = re.compile(
    rb"^" + _BLANK + rb"*(?:map_\w+|bump|disp|decal|refl|norm)" + _BLANK + rb"+(.*)$",
    re.MULTILINE | re.IGNORECASE,
)
_WORD = re.compile(rb"[^\x00-\x20]+")
_UNKNOWN = (".fbx", ".usd", ".usda", ".usdc", ".usdz")
"""Types whose names of other files only their importers find."""


def check_named_paths(fence: Fence, where: str, path: Path) -> None:
    """Let a file pass that names only what it may reach. A .blend file is checked in Blender.

    Args:
        path: a file inside the fence.

    Raises:
        AssetError: it names a path outside, or what it names cannot be told.
    """
    suffix = path.suffix.lower()
    if fence.folder is None:
        return
    if suffix in _UNKNOWN:
        raise AssetError(
            f"{where}: which files {path.name!r} names cannot be told, and the recipe is not "
            "trusted. Convert it to .glb or .obj, or leave out --untrusted"
        )
    search = _SEARCHES.get(suffix)
    targets = [] if search is None else _checked(fence, where, path, search)
    if suffix == ".obj":
        for library in filter(os.path.isfile, dict.fromkeys(targets)):
            _checked(fence, where, library, _of_mtl)


def _checked(
    fence: Fence, where: str, path: Path, search: Callable[[Path], Iterator[str]]
) -> list[Path]:
    """Return the paths that a file names, all of them inside."""
    try:
        named = list(search(path))
    except (ValueError, RecursionError, struct.error, OSError) as error:
        raise AssetError(
            f"{where}: {path.name!r} is damaged, so which files it names cannot be told. Repair it"
        ) from error
    for name in named:
        target = path.parent / name
        for tried in (target, Path(os.path.normpath(target))):  # some importers shorten a/../b
            fence.check(f"{where}: in {path.name!r}", name, tried)
    return [path.parent / name for name in named]


def _of_obj(path: Path) -> Iterator[str]:
    yield path.with_suffix(".mtl").name  # which importers use unasked
    yield from _in_lines(_MTL_LIBRARY, path.read_bytes())


def _of_mtl(path: Path) -> Iterator[str]:
    yield from _in_lines(_MTL_TEXTURE, path.read_bytes())


def _in_lines(pattern: re.Pattern[bytes], data: bytes) -> Iterator[str]:
    """Yield all forms of the names in lines that begin with a keyword.

    Options stand before a name, and which words are options differs between importers; so the name
    is taken to begin at each of the words.
    """
    for text in (data, _CONTINUED.sub(b"  ", data)):
        for found in pattern.finditer(text):
            for word in _WORD.finditer(found[1]):
                yield from _forms(found[1][word.start() :])


def _forms(name: bytes) -> Iterator[str]:
    """Yield what importers make of a name, one after the other, until a file is there."""
    text = name.decode("utf-8", "surrogateescape").replace('"', "").rstrip()
    for form in (text, text.replace("\\", "/")):
        yield from (form, form.replace("_", " "), form.rpartition("/")[2])


def _of_gltf(path: Path) -> Iterator[str]:
    data = path.read_bytes()
    if data[:4] == b"glTF":
        (length,) = struct.unpack_from("<I", data, 12)
        data = data[20 : 20 + length]
    yield from (unquote(uri) for uri in _uris(json.loads(data)))


def _uris(part: Any) -> Iterator[str]:
    """Yield every address in a document, also those of extensions."""
    if isinstance(part, dict):
        uri = part.get("uri")
        if isinstance(uri, str) and not (uri.startswith("data:") and ";base64," in uri):
            yield uri
    for inner in part.values() if isinstance(part, dict) else part:
        if isinstance(inner, dict | list):
            yield from _uris(inner)


_SEARCHES: Mapping[str, Callable[[Path], Iterator[str]]] = {
    ".obj": _of_obj,
    ".gltf": _of_gltf,
    ".glb": _of_gltf,
}
