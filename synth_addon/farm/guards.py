"""Keeps a run from filling disk or memory: no scene begins while there is too little left."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path

from ..core.dataset.place import Place
from .memory import MIB, free_memory_mib

LEAST_DISK_MIB = 512
LEAST_MEMORY_MIB = 256


def resource_guard(output: Place, least_disk_mib: float, is_local: bool) -> Callable[[], str]:
    """Return the function that says why no scene may begin just now, empty if one may.

    Args:
        is_local: whether workers take this machine's memory.
    """

    def blocked() -> str:
        free = shutil.disk_usage(output).free / MIB if isinstance(output, Path) else math.inf
        if free < least_disk_mib:
            return (
                f"paused: {free:.0f} MiB are free at {output}, below --min-free-disk "
                f"{least_disk_mib:.0f}. Free some space, and the run goes on"
            )
        memory = free_memory_mib()
        if is_local and memory < LEAST_MEMORY_MIB:
            return f"paused: only {memory:.0f} MiB of memory are free. The run goes on by itself"
        return ""

    return blocked
