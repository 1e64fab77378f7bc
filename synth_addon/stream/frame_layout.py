"""What a frame in shared memory holds, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

_DTYPES = ("uint8", "uint16", "int32", "int64", "float32", "float64")
_MOST_ARRAYS = 32
_MOST_DIMENSIONS = 8
MOST_SLOT_BYTES = 1 << 31


@dataclass(frozen=True)
class ArrayField:
    """One array: its name, numpy's name of its type, and its shape."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """Bytes that the array takes."""
        return prod(self.shape) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True)
class FrameLayout:
    """The arrays of a frame, and the room for its annotation in bytes."""

    arrays: tuple[ArrayField, ...]
    text_bytes: int

    @property
    def slot_bytes(self) -> int:
        """Bytes of a frame."""
        return sum(field.size for field in self.arrays) + self.text_bytes

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
    for name, (dtype, shape) in arrays.items():
        _check_array(name, dtype, shape)
    fields = tuple(ArrayField(name, dtype, tuple(shape)) for name, (dtype, shape) in arrays.items())
    layout = FrameLayout(fields, text_bytes)
    if text_bytes < 0 or layout.slot_bytes > MOST_SLOT_BYTES:
        raise ValueError(f"a frame of {layout.slot_bytes} bytes; the most are {MOST_SLOT_BYTES}")
    return layout


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
    except (KeyError, OverflowError, TypeError) as error:
        raise ValueError(f"not a layout: {error}") from error


def _check_array(name: str, dtype: str, shape: tuple[int, ...]) -> None:
    if re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name) is None:
        raise ValueError(f"array {name!r}: names are small letters, digits and underscores")
    if dtype not in _DTYPES:
        raise ValueError(f"array {name}: type {dtype}; there are {', '.join(_DTYPES)}")
    if len(shape) > _MOST_DIMENSIONS or not all(0 < size < MOST_SLOT_BYTES for size in shape):
        raise ValueError(f"array {name}: shape {shape} has no elements, or too many dimensions")
