"""Reads uncompressed OpenEXR files without copying: a view per channel.

The OpenEXR package cannot be used for this inside Blender: some Blenders (Debian's 4.3 is one) load
an OpenEXR library of their own, the two clash, and the process dies. The layout is that of the
"OpenEXR File Layout" document: magic number, version with flags, one header of attributes for each
part, a table of chunk offsets for each part, and chunks of one scan line each.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = 20000630
_TILED, _DEEP, _MULTI_PART = 0x200, 0x800, 0x1000
_DTYPES: Mapping[int, np.dtype[Any]] = {
    0: np.dtype("<u4"),
    1: np.dtype("<f2"),
    2: np.dtype("<f4"),
}


@dataclass(frozen=True)
class ExrPart:
    """One part of a file.

    Attributes:
        attributes: raw bytes of each header attribute by name.
        channels: (H, W) read-only views by full channel name, such as ``ViewLayer.Depth.Z``.
    """

    attributes: Mapping[str, bytes]
    channels: Mapping[str, NDArray[Any]]


def read_uncompressed(path: Path) -> tuple[ExrPart, ...]:
    """Return the parts of an uncompressed scan-line file; the views keep its memory mapped.

    Raises:
        ValueError: the file is not of that kind.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    magic, version = struct.unpack_from("<ii", data)
    if magic != _MAGIC or version & (_TILED | _DEEP):
        raise ValueError(f"{path.name}: not a scan-line OpenEXR file")
    is_multi_part = bool(version & _MULTI_PART)
    headers, position = _headers(data, 8, is_multi_part)
    parts = []
    for header in headers:
        height = _window(header)[1]
        offsets = np.frombuffer(data, "<u8", height, position)
        position += 8 * height
        parts.append(ExrPart(header, _channels(data, header, offsets, is_multi_part)))
    return tuple(parts)


def _headers(
    data: memoryview, position: int, is_multi_part: bool
) -> tuple[list[dict[str, bytes]], int]:
    headers = []
    while True:
        header, position = _header(data, position)
        if header:
            headers.append(header)
        if not is_multi_part or not header:
            return headers, position


def _header(data: memoryview, position: int) -> tuple[dict[str, bytes], int]:
    """Return the attributes from `position` up to the empty name that ends them."""
    attributes: dict[str, bytes] = {}
    while True:
        name, position = _text(data, position)
        if not name:
            return attributes, position
        _, position = _text(data, position)
        (size,) = struct.unpack_from("<i", data, position)
        attributes[name] = bytes(data[position + 4 : position + 4 + size])
        position += 4 + size


def _text(data: memoryview, position: int) -> tuple[str, int]:
    """Return the zero-terminated text at `position`; names have at most 255 bytes."""
    text = bytes(data[position : position + 256]).split(b"\0", 1)[0]
    return text.decode(), position + len(text) + 1


def _window(header: Mapping[str, bytes]) -> tuple[int, int]:
    """Return width and height."""
    left, top, right, bottom = struct.unpack("<4i", header["dataWindow"])
    return right - left + 1, bottom - top + 1


def _channel_list(header: Mapping[str, bytes]) -> Iterator[tuple[str, np.dtype[Any]]]:
    data, position = memoryview(header["channels"]), 0
    while data[position]:
        name, position = _text(data, position)
        yield name, _DTYPES[struct.unpack_from("<i", data, position)[0]]
        position += 16


def _channels(
    data: memoryview,
    header: Mapping[str, bytes],
    offsets: NDArray[np.uint64],
    is_multi_part: bool,
) -> dict[str, NDArray[Any]]:
    """Return a view of each channel: chunks of equal size lie one after the other."""
    if header["compression"] != b"\0":
        raise ValueError("the OpenEXR file is compressed")
    width, height = _window(header)
    named = list(_channel_list(header))
    line = width * sum(dtype.itemsize for _, dtype in named)
    lead = 12 if is_multi_part else 8  # [part number,] line number, size
    if np.any(np.diff(offsets) != lead + line):
        raise ValueError("the lines of the OpenEXR file are not in order")
    start = int(offsets[0]) + lead
    channels: dict[str, NDArray[Any]] = {}
    for name, dtype in named:
        strides = (lead + line, dtype.itemsize)
        channels[name] = np.ndarray((height, width), dtype, data, start, strides)
        start += width * dtype.itemsize
    return channels
