"""Arrays that are used again once nobody needs them: fresh memory costs a page fault each 4 KiB."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_MOST_KEPT = 8


class Buffers:
    """Keeps arrays of one size that were given back."""

    def __init__(self) -> None:
        self._free: dict[int, list[NDArray[np.uint8]]] = {}

    def take(self, shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
        """Return an array with any content; it comes back when it and its views are gone."""
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        free = self._free.setdefault(size, [])
        memory = free.pop() if free else np.empty(size, np.uint8)
        return np.asarray(_Taken(free, memory, shape, dtype))


class _Taken:
    """The base of a taken array."""

    def __init__(
        self,
        free: list[NDArray[np.uint8]],
        memory: NDArray[np.uint8],
        shape: tuple[int, ...],
        dtype: str,
    ) -> None:
        self._free, self._memory = free, memory
        self.__array_interface__ = {
            **memory.__array_interface__,
            "shape": shape,
            "typestr": np.dtype(dtype).str,
            "strides": None,
        }

    def __del__(self) -> None:
        if len(self._free) < _MOST_KEPT:
            self._free.append(self._memory)
