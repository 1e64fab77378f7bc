"""Those who read a stream, as the broker knows them."""

from __future__ import annotations

import os
import re
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..stream.wire import CONTROL, MOST_REQUESTS, Header

_ZOMBIE = "Z"
_MOST_CLAIMS = 64


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
        host: name of its machine.
        trainer: the process and dataset that it reads for; a loader's workers read for one.
        epoch: iteration of that dataset; those of later readers of the trainer are newer.
        process: id of its process, and `trainer_process` that of the trainer's.
        is_local: whether it has shown that it sees this machine's processes and memory.
        requests: that wait.
        answered: number of the last request that was answered.
        served: how many requests were answered, of all readers, when it was served last.
        heard: when it last said something, by `time.monotonic`; `reached` when something could
            last be sent to it, `lost` since when it cannot be reached, None while it can.
        is_over: whether it has said goodbye, which `has_left` tells, or is gone.
        claimed: its last claims, by their numbers, and what was answered.
    """

    number: int
    identity: bytes
    host: str
    trainer: str
    epoch: str
    process: int
    trainer_process: int
    is_local: bool = False
    requests: deque[Request] = field(default_factory=deque)
    answered: int = -1
    served: int = 0
    heard: float = field(default_factory=time.monotonic)
    reached: float = 0.0
    lost: float | None = None
    is_over: bool = False
    has_left: bool = False
    claimed: dict[int, bool] = field(default_factory=dict)

    @property
    def trainer_name(self) -> str:
        """Its trainer's machine and process, whichever the dataset."""
        return self.trainer.rpartition(":")[0]

    @property
    def is_own(self) -> bool:
        """Whether it reads for its own process, so that no other uses its frames."""
        return self.process == self.trainer_process

    @property
    def reads_frames(self) -> bool:
        """Whether it may ask for frames; else it gives feedback, and tells what others use."""
        return not self.trainer.endswith(f":{CONTROL}")

    def ask(self, request: Request) -> bool:
        """Note a request; return False if it was answered already."""
        if request.number <= self.answered:
            return False
        is_known = any(request.number == known.number for known in self.requests)
        if not is_known and len(self.requests) < MOST_REQUESTS:
            self.requests.append(request)
        return True

    def note_claim(self, number: int, *, is_its_own: bool) -> None:
        """Keep what was answered to a claim, in case that it is asked again."""
        self.claimed[number] = is_its_own
        if len(self.claimed) > _MOST_CLAIMS:
            del self.claimed[next(iter(self.claimed))]


def reader_of(number: int, identity: bytes, hello: Header) -> Reader:
    """Return the reader that has said a checked hello."""
    trainer, process = str(hello["trainer"]), int(hello["process"])
    stated = re.match(r"[0-9]{1,18}(?=:)", trainer)
    return Reader(
        number,
        identity,
        str(hello["host"]),
        f"{hello['host']}:{trainer}",
        str(hello["epoch"]),
        process,
        int(stated[0]) if stated else process,
    )


def trainer_of(reader: Reader, trainer: str) -> str:
    """Return the full name of a trainer that a reader of the same machine speaks for."""
    return f"{reader.host}:{trainer}"


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
