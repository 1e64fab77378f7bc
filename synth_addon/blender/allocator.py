"""Keeps a long job's memory from growing by fragmentation, where the C library is glibc.

A render takes and gives back blocks of all sizes, thousands of times. By default glibc then raises
the size from which it maps blocks of their own, keeps freed ones for later, and the process grows
for ever although nothing leaks. Elsewhere these functions do nothing.
"""

from __future__ import annotations

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_THRESHOLD_BYTES = 4 * 1024 * 1024


def map_large_blocks() -> None:
    """Have large blocks mapped one by one from now on, so that freeing them gives them back."""
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_M_MMAP_THRESHOLD, _THRESHOLD_BYTES)
        libc.mallopt(_M_TRIM_THRESHOLD, _THRESHOLD_BYTES)


def return_free_memory() -> None:
    """Give free memory back to the system."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
