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


def free_memory_mib() -> float:
    """Return what new processes could take without swapping, in MiB."""
    if sys.platform != "linux":
        return math.inf
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) / 1024
    return math.inf
