"""How a process tells a stream on another machine that it uses frames which others received."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from .address import StreamAddress
from .connection import Connection
from .errors import StreamError
from .wire import CONTROL

Claimed = Callable[[], None]

_LOCK = threading.RLock()
_CONNECTIONS: dict[tuple[int, StreamAddress], Connection] = {}


def no_claim() -> None:
    """Tell nothing: all are told already."""


@dataclass(frozen=True)
class Claims:
    """Tells several things."""

    claims: Sequence[Claimed]

    def __call__(self) -> None:
        """Tell them."""
        for claim in self.claims:
            claim()


@dataclass(frozen=True)
class RemoteClaim:
    """Tells it over a connection of this process, made when it is first needed.

    Attributes:
        trainer: process and dataset that the frames are for.
        fillings: slot and filling of each frame.
    """

    address: StreamAddress
    trainer: str
    fillings: Sequence[tuple[int, int]]

    def __call__(self) -> None:
        """Tell it.

        Raises:
            StreamError: others have the frames.
        """
        if not self.is_heard():
            raise StreamError(
                "these frames went to others, because this process was not to be reached, or a "
                "later iteration of the dataset was read first"
            )

    def is_heard(self) -> bool:
        """Tell it, and return whether the frames are the trainer's yet."""
        with process_connection(self.address) as connection:
            return connection.claim(self.trainer, self.fillings)


@contextmanager
def process_connection(address: StreamAddress) -> Iterator[Connection]:
    """Yield this process' own connection, to one thread at a time; a fork does not inherit it."""
    key = (os.getpid(), address)
    with _LOCK:
        if key not in _CONNECTIONS:
            _CONNECTIONS[key] = Connection(address, f"{os.getpid()}:{CONTROL}", "")
        yield _CONNECTIONS[key]


def close_connection(address: StreamAddress) -> None:
    """Close this process' own connection to a stream, if there is one."""
    with _LOCK:
        connection = _CONNECTIONS.pop((os.getpid(), address), None)
        if connection is not None:
            connection.close()


@atexit.register
def _close_connections() -> None:
    for process, address in list(_CONNECTIONS):
        if process == os.getpid():
            close_connection(address)
