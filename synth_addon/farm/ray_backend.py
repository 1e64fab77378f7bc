"""Workers on the machines of a Ray cluster: an actor each, which runs a worker's process there.

The actor passes on what both sides say, so the protocol is that of any worker. What an actor's
process or machine takes with it when it dies is a worker, and the pool starts another.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any

from ..core.devices import Device
from .backend import Backend
from .json_process import JsonProcess
from .pool_worker import Channel, Take
from .protocol import Message
from .ray_cluster import ray_cluster

_END_S = 2.0
"""How long an actor may take to end its process before it is ended itself."""
_CONCURRENT_CALLS = 4
"""One waits for messages, the others pass on orders."""


@contextmanager
def ray_backend(
    command: Sequence[str], address: str | None, workers: int, threads: int, device: Device
) -> Iterator[Backend]:
    """Yield the backend whose workers are spread over a cluster.

    Args:
        command: of a worker; every machine must be able to run it.
        address: of the cluster, as Ray takes it; None for the one that RAY_ADDRESS names, or else
            for one of this machine alone, which ends with this.
        workers: how many there are to be; 0 for as many as the cluster has room for, also while it
            grows.

    Raises:
        UsageError: Ray is not installed, or the cluster cannot be reached.
    """
    with ray_cluster(address) as cluster:
        ray = cluster.ray
        amounts = {"num_cpus": threads, "num_gpus": 0 if device == "CPU" else 1}
        actors = ray.remote(_Host).options(max_concurrency=_CONCURRENT_CALLS, **amounts)

        def start(number: int, take: Take, ended: Callable[[], None]) -> Channel:
            return _ActorChannel(ray, actors.remote(command, sys.executable), take, ended)

        def seats() -> int:
            return workers or cluster.room(amounts)

        count = str(workers) if workers else f"{seats()} or more"
        text = f"{count} workers with {threads} render threads each, by Ray at {cluster.place}"
        yield Backend(start, seats, is_local=False, description=text)


class _Host:
    """The actor: holds one worker's process on its machine.

    Args:
        python: the Python of the coordinator; this machine's may lie elsewhere.
    """

    def __init__(self, command: Sequence[str], python: str) -> None:
        self._heard: SimpleQueue[Message | None] = SimpleQueue()
        words = [sys.executable, *command[1:]] if command[0] == python else list(command)
        self._process = JsonProcess(
            words, {}, self._heard.put, lambda process: self._heard.put(None), listens=True
        )

    def listen(self) -> list[Message | None]:
        """Wait for messages and return all that there are; the last is None once it has ended."""
        messages = [self._heard.get()]
        try:
            while True:
                messages.append(self._heard.get_nowait())
        except Empty:
            return messages

    def order(self, message: Message) -> None:
        self._process.order(message)

    def kill(self) -> None:
        self._process.kill()

    def reason_of_end(self) -> str:
        return self._process.reason_of_end()


class _ActorChannel:
    """What leads to a worker behind an actor."""

    def __init__(self, ray: Any, actor: Any, take: Take, ended: Callable[[], None]) -> None:
        self._ray, self._actor, self._take, self._ended = ray, actor, take, ended
        self._has_spoken = False
        self._reason = ""
        self._gone = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def order(self, message: Message) -> None:
        self._actor.order.remote(message)

    def kill(self) -> None:
        if self._has_spoken:
            self._actor.kill.remote()
        else:  # it may still wait for a place in the cluster
            self._ray.kill(self._actor)

    def wait(self, seconds: float) -> bool:
        if not self._gone.wait(min(seconds, _END_S)):
            self._ray.kill(self._actor)
        return self._gone.wait(seconds)

    def reason_of_end(self) -> str:
        return self._reason

    def _listen(self) -> None:
        try:
            while not self._gone.is_set():
                self._hear(self._ray.get(self._actor.listen.remote()))
        except self._ray.exceptions.RayError as error:
            self._reason = str(error).strip().splitlines()[0]
            self._gone.set()
        self._ended()
        self._ray.kill(self._actor)

    def _hear(self, messages: list[Message | None]) -> None:
        for message in messages:
            self._has_spoken = True
            if message is None:
                self._reason = str(self._ray.get(self._actor.reason_of_end.remote()))
                self._gone.set()
            else:
                self._take(message)
