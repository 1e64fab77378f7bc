"""One worker of a pool, seen from the coordinator."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Literal, Protocol

from .protocol import Message

Heard = tuple["PoolWorker", Message | None]
"""A message of a worker; None when it has ended."""

Take = Callable[[Message], None]


class Inbox(Protocol):
    """Takes what workers say, from threads of their own."""

    def put(self, item: Heard, /) -> None: ...


class Channel(Protocol):
    """What leads to a worker's process, on this machine or another."""

    def order(self, message: Message) -> None: ...

    def kill(self) -> None: ...

    def wait(self, seconds: float) -> bool: ...

    def reason_of_end(self) -> str: ...


Start = Callable[[int, Take, Callable[[], None]], Channel]
"""Starts the worker in a place, which calls the first with each message, the second at its end."""
State = Literal["starting", "ready", "stopping", "ended"]


class PoolWorker:
    """A process that takes scenes.

    Args:
        number: of its place in the pool; the process in that place may be replaced.
        start: starts its process.
        inbox: takes the worker's messages, from a thread of its own.

    Attributes:
        process: id of its process, once it has said hello.
        scenes: ordered and not finished, in the order in which they were ordered.
        current: the scene that was begun last; one before it may still be written. -1 before.
        began: when the scene under way began, by `time.monotonic`; None between scenes.
        last_heard: when the worker said anything, by the same clock; at first, when it was begun.
        has_spoken: whether it has said anything yet.
        done: how many scenes it has finished.
        memory_mib: what it held when it last said so.
        error: the fault that it has told, which no other worker would be spared.
    """

    def __init__(self, number: int, start: Start, inbox: Inbox) -> None:
        self.number = number
        self.state: State = "starting"
        self.process = 0
        self.scenes: deque[int] = deque()
        self.current = -1
        self.began: float | None = None
        self.last_heard, self.has_spoken = time.monotonic(), False
        self.done = 0
        self.memory_mib = 0.0
        self.error: Message | None = None
        self._process = start(
            number, lambda message: inbox.put((self, message)), lambda: inbox.put((self, None))
        )

    def order(self, scene: int) -> None:
        """Give the worker one more scene; one that has died is noticed elsewhere."""
        self.scenes.append(scene)
        self._process.order({"scene": scene})

    def tell(self, message: Message) -> None:
        """Say something else to the worker."""
        self._process.order(message)

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
