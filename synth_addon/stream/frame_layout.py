"""Where each array of a frame lies in a slot of shared memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

_LINE = 64
_PAGE = 4096
_DTYPES = ("uint8", "uint16", "int32", "int64", "float32", "float64")
_MOST_ARRAYS = 32
_MOST_DIMENSIONS = 8
MOST_SLOT_BYTES = 1 << 31


@dataclass(frozen=True)
class ArrayField:
    """One array: its name, numpy's name of its type, its shape, and its first byte in the slot."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    offset: int

    @property
    def size(self) -> int:
        """Bytes that the array takes."""
        return prod(self.shape) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True)
class FrameLayout:
    """A slot: arrays, then text.

    Attributes:
        text_offset, text_bytes: where the text begins and how much of it has room, in bytes.
        slot_bytes: whole pages, so that slots are evenly spaced and start on one.
    """

    arrays: tuple[ArrayField, ...]
    text_offset: int
    text_bytes: int
    slot_bytes: int

    def to_json(self) -> dict[str, Any]:
        """Return what `layout_from_json` reads."""
        arrays = [[field.name, field.dtype, list(field.shape)] for field in self.arrays]
        return {"arrays": arrays, "text_bytes": self.text_bytes}


def frame_layout(
    arrays: Mapping[str, tuple[str, tuple[int, ...]]], text_bytes: int = 1 << 16
) -> FrameLayout:
    """Return the layout of frames with the given arrays.

    Args:
        arrays: numpy's name of the type, and the shape, by name.
        text_bytes: room for the annotation; longer ones travel beside the slot.

    Raises:
        ValueError: a type, shape or name cannot be used, or a frame is larger than 2 GiB.
    """
    if not 0 < len(arrays) <= _MOST_ARRAYS:
        raise ValueError(f"{len(arrays)} arrays; give 1 to {_MOST_ARRAYS}")
    fields, offset = [], 0
    for name, (dtype, shape) in arrays.items():
        _check_array(name, dtype, shape)
        fields.append(ArrayField(name, dtype, tuple(shape), offset))
        offset = _rounded(offset + fields[-1].size, _LINE)
    slot_bytes = _rounded(offset + text_bytes, _PAGE)
    if text_bytes < 0 or slot_bytes > MOST_SLOT_BYTES:
        raise ValueError(f"a frame of {slot_bytes} bytes; the most are {MOST_SLOT_BYTES}")
    return FrameLayout(tuple(fields), offset, text_bytes, slot_bytes)


def layout_from_json(data: Any) -> FrameLayout:
    """Return the layout that another process states.

    Raises:
        ValueError: it is none.
    """
    try:
        arrays = {
            str(name): (str(dtype), tuple(int(size) for size in shape))
            for name, dtype, shape in data["arrays"]
        }
        return frame_layout(arrays, int(data["text_bytes"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a layout: {error}") from error


def _check_array(name: str, dtype: str, shape: tuple[int, ...]) -> None:
    if re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name) is None:
        raise ValueError(f"array {name!r}: names are small letters, digits and underscores")
    if dtype not in _DTYPES:
        raise ValueError(f"array {name}: type {dtype}; there are {', '.join(_DTYPES)}")
    if len(shape) > _MOST_DIMENSIONS or not all(0 < size < MOST_SLOT_BYTES for size in shape):
        raise ValueError(f"array {name}: shape {shape} has no elements, or too many dimensions")


def _rounded(size: int, unit: int) -> int:
    return -(-size // unit) * unit
