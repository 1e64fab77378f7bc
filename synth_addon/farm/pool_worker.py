"""One worker of a pool, seen from the coordinator."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from queue import SimpleQueue
from typing import Literal

from .json_process import JsonProcess
from .protocol import Message

Heard = tuple["PoolWorker", Message | None]
"""A message of a worker; None when it has ended."""
State = Literal["starting", "ready", "stopping", "ended"]


class PoolWorker:
    """A process that takes scenes.

    Args:
        number: of its place in the pool; the process in that place may be replaced.
        command: program and arguments.
        environment: variables on top of this process' own.
        heard: takes the worker's messages, from a thread of its own.

    Attributes:
        scenes: ordered and not finished, in the order in which they were ordered.
        current: the scene that was begun last; one before it may still be written. -1 before.
        began: when the scene under way began, by `time.monotonic`; None between scenes.
        last_heard: when the worker said anything, by the same clock.
        done: how many scenes it has finished.
        memory_mib: what it held when it last said so.
        error: the fault that it has told, which no other worker would be spared.
    """

    def __init__(
        self,
        number: int,
        command: Sequence[str],
        environment: Mapping[str, str],
        heard: SimpleQueue[Heard],
    ) -> None:
        self.number = number
        self.state: State = "starting"
        self.scenes: deque[int] = deque()
        self.current = -1
        self.began: float | None = None
        self.last_heard = time.monotonic()
        self.done = 0
        self.memory_mib = 0.0
        self.error: Message | None = None
        self._process = JsonProcess(
            command,
            environment,
            take=lambda message: heard.put((self, message)),
            ended=lambda process: heard.put((self, None)),
            listens=True,
        )

    def order(self, scene: int) -> None:
        """Give the worker one more scene; one that has died is noticed elsewhere."""
        self.scenes.append(scene)
        self._process.order({"scene": scene})

    def stop(self) -> None:
        """Ask the worker to end after the scene under way."""
        self.state = "stopping"
        self._process.order({"stop": True})

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def wait(self, seconds: float) -> bool:
        """Wait for the process to end; return whether it has."""
        return self._process.wait(seconds)

    def reason_of_end(self) -> str:
        """Return why the process has ended, as far as it says."""
        return self._process.reason_of_end()
