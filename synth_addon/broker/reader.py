"""Those who read a stream, as the broker knows them."""

from __future__ import annotations

import os
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..stream.wire import Header

_ZOMBIE = "Z"


@dataclass
class Request:
    """So many frames are wanted."""

    number: int
    count: int
    transport: Literal["shared", "tcp"]


@dataclass
class Reader:
    """One iteration of one process over the stream.

    Attributes:
        number: from 1, in the order of hellos.
        identity: of its socket.
        trainer: the process and dataset that it reads for; a loader's workers read for one.
        epoch: iteration of that dataset; those of later readers of the trainer are newer.
        process: id of its process, and `trainer_process` that of the trainer's.
        is_local: whether it has shown that it sees this machine's processes and memory.
        requests: that wait.
        answered: number of the last request that was answered.
        served: how many requests were answered, of all readers, when it was served last.
        heard: when it last said something, by `time.monotonic`; `lost` since when it cannot be
            reached, None while it can.
        is_over: whether it has said goodbye, or is gone.
    """

    number: int
    identity: bytes
    trainer: str
    epoch: str
    process: int
    trainer_process: int
    is_local: bool = False
    requests: deque[Request] = field(default_factory=deque)
    answered: int = -1
    served: int = 0
    heard: float = field(default_factory=time.monotonic)
    lost: float | None = None
    is_over: bool = False

    @property
    def trainer_name(self) -> str:
        """Its trainer's machine and process, whichever the dataset."""
        return self.trainer.rpartition(":")[0]

    def ask(self, request: Request) -> bool:
        """Note a request; return False if it was answered already."""
        if request.number <= self.answered:
            return False
        if all(request.number != known.number for known in self.requests):
            self.requests.append(request)
        return True


def reader_of(number: int, identity: bytes, hello: Header) -> Reader:
    """Return the reader that has said a checked hello."""
    trainer = str(hello["trainer"])
    process = trainer.split(":")[0]
    return Reader(
        number,
        identity,
        f"{hello['host']}:{trainer}",
        str(hello["epoch"]),
        int(hello["process"]),
        int(process) if process.isdigit() else 0,
    )


def is_running(process: int) -> bool:
    """Tell whether a process of this machine runs; one that has ended and is not yet reaped is no
    longer running.
    """
    if os.name == "nt":  # there a signal ends the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return not Path("/proc/self").exists()
    return state != _ZOMBIE
