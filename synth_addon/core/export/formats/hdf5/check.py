"""Checks one HDF5 file of an export; `hdf5` says what it must hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_UNSIGNED = ("uint8", "uint16", "uint32")
_KINDS: Mapping[str, tuple[tuple[str, ...], tuple[int, ...]]] = {
    "colors": (("uint8",), (3,)),
    "depth": (("float32",), ()),
    "normals": (("float32",), (3,)),
    "instance_segmaps": (_UNSIGNED, ()),
    "category_id_segmaps": (_UNSIGNED, ()),
}
"""By key: the types that are possible, and the shape beside height and width."""
_OPTIONAL = ("depth", "normals")
_TEXTS = ("instance_attribute_maps", "campose", "synth_annotation")


def file_problems(h5py: Any, path: Path, classes: int) -> Iterator[str]:
    """Yield one line for each promise that a file breaks.

    Args:
        classes: how many the export has.
    """
    try:
        with h5py.File(path, "r") as file:
            missing = [key for key in (*_KINDS, *_TEXTS) if key not in file]
            arrays = {key: file[key][()] for key in _KINDS if key in file}
            texts = {key: file[key][()] for key in _TEXTS if key in file}
    except OSError as error:
        yield f"cannot be read ({error})"
        return
    missing = [key for key in missing if key not in _OPTIONAL]
    if missing:
        yield from (f"{key} is missing" for key in missing)
        return
    height, width = _size(texts["synth_annotation"])
    wrong = list(_wrong_arrays(arrays, height, width))
    if wrong:
        yield from wrong
        return
    yield from _value_problems(arrays)
    yield from _id_problems(arrays, json.loads(texts["instance_attribute_maps"]), classes)


def _size(annotation: bytes) -> tuple[int, int]:
    record = json.loads(annotation)
    return record["height"], record["width"]


def _wrong_arrays(arrays: Mapping[str, NDArray[Any]], height: int, width: int) -> Iterator[str]:
    for key, array in arrays.items():
        types, rest = _KINDS[key]
        if array.shape != (height, width, *rest):
            yield f"{key} has the shape {array.shape}, not {(height, width, *rest)}"
        if array.dtype.name not in types:
            yield f"{key} is {array.dtype.name}, not {' or '.join(types)}"


def _value_problems(arrays: Mapping[str, NDArray[Any]]) -> Iterator[str]:
    depth, normals = arrays.get("depth"), arrays.get("normals")
    if depth is not None and not (np.isfinite(depth).all() and (depth > 0).all()):
        yield "depth holds values that are not finite or not positive"
    if normals is not None and not ((normals >= 0) & (normals <= 1)).all():
        yield "normals holds values outside 0..1"


def _id_problems(
    arrays: Mapping[str, NDArray[Any]], attributes: list[dict[str, Any]], classes: int
) -> Iterator[str]:
    stated = {item["idx"]: item["category_id"] for item in attributes}
    ids, categories = arrays["instance_segmaps"], arrays["category_id_segmaps"]
    for number in map(int, np.unique(ids)):
        if number not in stated:
            yield f"instance {number} is not in instance_attribute_maps"
        elif not (categories[ids == number] == stated[number]).all():
            yield f"category_id_segmaps does not show instance {number} as {stated[number]}"
    unknown = sorted({category for category in stated.values() if not 0 <= category <= classes})
    yield from (f"category {category} is not among the classes" for category in unknown)
