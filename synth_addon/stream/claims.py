"""How a process tells a stream on another machine that it uses frames which others received."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .address import StreamAddress
from .connection import Connection

Claimed = Callable[[], None]

_LOCK = threading.Lock()
_CONNECTIONS: dict[tuple[int, StreamAddress, str], Connection] = {}


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
        fillings: slot and filling of each frame.
    """

    address: StreamAddress
    trainer: str
    fillings: Sequence[tuple[int, int]]

    def __call__(self) -> None:
        """Tell it."""
        with _LOCK:
            process_connection(self.address, self.trainer).claim(self.fillings)


def process_connection(address: StreamAddress, trainer: str) -> Connection:
    """Return this process' own connection for one trainer; a fork does not inherit it."""
    key = (os.getpid(), address, trainer)
    if key not in _CONNECTIONS:
        _CONNECTIONS[key] = Connection(address, trainer, "")
    return _CONNECTIONS[key]


def close_connections(address: StreamAddress) -> None:
    """Close this process' connections to a stream that has ended."""
    with _LOCK:
        for key in [key for key in _CONNECTIONS if key[:2] == (os.getpid(), address)]:
            _CONNECTIONS.pop(key).close()
