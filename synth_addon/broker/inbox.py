"""What instances say, for a loop that waits for sockets."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from queue import Empty, SimpleQueue

from ..farm.pool_worker import Heard

_MOST_AT_ONCE = 1024


class WakingInbox:
    """A queue with a socket that becomes readable when something is put into it."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Heard] = SimpleQueue()
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._has_rung = False

    def fileno(self) -> int:
        """Return the descriptor to wait for."""
        return self._reader.fileno()

    def put(self, item: Heard, /) -> None:
        """Take a message, in whichever thread."""
        self._queue.put(item)
        if not self._has_rung:
            self._has_rung = True
            self._writer.send(b"!")

    def messages(self) -> Iterator[Heard]:
        """Yield what has come; a few, so that the sockets have their turn."""
        if self._has_rung:
            self._has_rung = False
            with contextlib.suppress(BlockingIOError):
                self._reader.recv(_MOST_AT_ONCE)
        try:
            for _ in range(_MOST_AT_ONCE):
                yield self._queue.get_nowait()
        except Empty:
            return

    def close(self) -> None:
        """Close the sockets."""
        self._reader.close()
        self._writer.close()
