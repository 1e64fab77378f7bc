"""How much memory processes hold and the machine has left; 0 and infinity where unknown."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

MIB = 1 << 20


def own_memory_mib() -> float:
    """Return the resident memory of this process in MiB; 0 where the system does not say."""
    if sys.platform != "linux":
        return 0.0
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def peak_memory_mib() -> float:
    """Return the most resident memory of this process so far in MiB; 0 where unknown."""
    return _kib_of("/proc/self/status", "VmHWM:", 0.0) / 1024


def free_memory_mib() -> float:
    """Return what new processes could take without swapping, in MiB."""
    return _kib_of("/proc/meminfo", "MemAvailable:", math.inf) / 1024


def _kib_of(path: str, name: str, unknown: float) -> float:
    if sys.platform != "linux":
        return unknown
    for line in Path(path).read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    return unknown
