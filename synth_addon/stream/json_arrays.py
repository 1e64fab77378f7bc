"""JSON that may hold numpy arrays, each as an object with its type, shape and bytes in base64."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ARRAY = "$array"
_KEYS = frozenset({_ARRAY, "shape", "base64"})
_DTYPES = frozenset(
    {"bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"}
    | {"float16", "float32", "float64"}
)
_MOST_DIMENSIONS = 32


def plain(value: Any, name: str) -> Any:
    """Return what JSON can hold of a value: numbers, texts, None, arrays, and lists, tuples and
    dicts of these. Other sequences, such as Blender's vectors and matrices, become lists.

    Args:
        name: what messages call it.

    Raises:
        TypeError: something in it cannot be sent.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return plain(value.item(), name)
    if isinstance(value, np.ndarray):
        return _plain_array(value, name)
    if isinstance(value, Mapping):
        return {_key(key, name): plain(item, f"{name}.{key}") for key, item in value.items()}
    if hasattr(value, "__getitem__") and hasattr(value, "__len__"):
        return [plain(item, f"{name}[{place}]") for place, item in enumerate(value)]
    raise TypeError(
        f"{name}: {_article(value)} cannot be sent. Send numbers, texts, lists, dicts and arrays"
    )


def restored(value: Any) -> Any:
    """Return the value that `plain` was given, tuples as lists.

    Raises:
        ValueError: an array in it is none.
    """
    if isinstance(value, list):
        return [restored(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == _KEYS:
        return _restored_array(value)
    return {key: restored(item) for key, item in value.items()}


def decoded(text: bytes) -> Any:
    """Return the value that a JSON text holds, arrays restored.

    Raises:
        ValueError: it is none.
    """
    value = json.loads(text)
    return restored(value) if _ARRAY.encode() in text else value


def _plain_array(array: NDArray[Any], name: str) -> dict[str, Any]:
    dtype = array.dtype.name
    if dtype not in _DTYPES:
        raise TypeError(f"{name}: arrays of {dtype} cannot be sent. Send numbers or truth values")
    data = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
    text = base64.b64encode(data).decode("ascii")
    return {_ARRAY: dtype, "shape": list(array.shape), "base64": text}


def _restored_array(value: Mapping[str, Any]) -> NDArray[Any]:
    dtype, shape, text = value[_ARRAY], value["shape"], value["base64"]
    if not isinstance(dtype, str) or dtype not in _DTYPES or not isinstance(text, str):
        raise ValueError(f"no array: type {str(dtype)[:40]!r}")
    if not isinstance(shape, list) or len(shape) > _MOST_DIMENSIONS:
        raise ValueError(f"no array: shape {str(shape)[:40]}")
    if not all(type(size) is int and size >= 0 for size in shape):
        raise ValueError(f"no array: shape {str(shape)[:40]}")
    little = np.dtype(dtype).newbyteorder("<")
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"no array: {error}") from error
    if len(data) != prod(shape) * little.itemsize:
        raise ValueError(f"no array: {len(data)} bytes for shape {shape} of {dtype}")
    return np.frombuffer(data, little).reshape(shape).astype(dtype)


def _key(key: Any, name: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{name}: {key!r} names a value, which only texts can")
    return key


def _article(value: Any) -> str:
    kind = type(value).__name__
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"
