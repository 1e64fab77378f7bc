"""Where workers run: on this machine, or on those of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .json_process import JsonProcess
from .pool_worker import Channel, Start, Take


@dataclass(frozen=True)
class Backend:
    """What a pool needs of it.

    Attributes:
        start: starts a worker.
        seats: says how many workers there are to be just now.
        is_local: whether workers share this machine's disk and memory.
        description: what is said of it when a run begins.
    """

    start: Start
    seats: Callable[[], int]
    is_local: bool
    description: str


def local_backend(
    command: Sequence[str],
    workers: int,
    environment: Callable[[int], Mapping[str, str]],
    description: str,
) -> Backend:
    """Return the backend whose workers are processes of this machine.

    Args:
        command: of a worker.
        environment: variables of the worker in each place, such as the graphics card that it uses.
    """

    def start(place: int, take: Take, ended: Callable[[], None]) -> Channel:
        return JsonProcess(
            command, environment(place), take, ended=lambda process: ended(), listens=True
        )

    return Backend(start, lambda: workers, is_local=True, description=description)
