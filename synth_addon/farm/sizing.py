"""How many workers, and what each gets.

Cycles keeps several cores busy within one process, but sampling, physics and building a scene do
not: so one worker for each core with one render thread each has the best throughput, as long as
memory lasts. On graphics cards one worker per card.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping

from ..core.devices import Device
from .memory import free_memory_mib

WORKER_MIB = 1024
"""Memory that is reckoned for a worker; measured are 400 to 600 MiB without large assets."""
_VISIBLE = {"CUDA": "CUDA_VISIBLE_DEVICES", "OPTIX": "CUDA_VISIBLE_DEVICES"}
_VISIBLE |= {"HIP": "HIP_VISIBLE_DEVICES"}


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def auto_workers(device: Device) -> int:
    """Return how many workers suit this machine."""
    if device != "CPU":
        return max(1, card_count(device))
    return max(1, min(usable_cores(), int(free_memory_mib() // WORKER_MIB)))


def threads_of(workers: int) -> int:
    """Return how many render threads each worker gets."""
    return max(1, usable_cores() // workers)


def card_count(device: Device) -> int:
    """Return how many cards this process may use; 1 for kinds that are not counted."""
    return max(1, len(_cards(device)))


def card_of(device: Device) -> Callable[[int], Mapping[str, str]]:
    """Return the function that gives each place in the pool the variables that pin its card."""
    variable, cards = _VISIBLE.get(device), _cards(device)

    def environment(place: int) -> Mapping[str, str]:
        return {variable: cards[place % len(cards)]} if variable and cards else {}

    return environment


def _cards(device: Device) -> list[str]:
    """Return the names of the cards; those that a cluster has given, where it has."""
    variable = _VISIBLE.get(device)
    if variable is None:
        return []
    given = [name.strip() for name in os.environ.get(variable, "").split(",") if name.strip()]
    program = shutil.which("nvidia-smi")
    if given or variable != "CUDA_VISIBLE_DEVICES" or program is None:
        return given
    listed = subprocess.run([program, "-L"], capture_output=True, text=True, check=False).stdout
    count = sum(line.startswith("GPU ") for line in listed.splitlines())
    return [str(number) for number in range(count)]
