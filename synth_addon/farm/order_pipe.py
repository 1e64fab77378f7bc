"""The standard input of a process, written without ever waiting for the process to read."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections import deque
from contextlib import suppress
from typing import IO

_LOOK_MS = 1000


class OrderPipe:
    """Writes lines in their order; what the pipe cannot take yet, a thread writes when it can."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._left: deque[bytes] = deque()
        self._writing = threading.Lock()
        if sys.platform != "win32":
            os.set_blocking(pipe.fileno(), False)

    def write(self, line: bytes) -> None:
        """Write a line, unless nobody will read it any more."""
        with self._writing, suppress(OSError, ValueError):  # ValueError: it was closed meanwhile
            if self._left:
                self._left.append(line)
            elif rest := self._rest(line):
                self._left.append(rest)
                threading.Thread(target=self._write_left, daemon=True).start()

    def close(self) -> None:
        """Close the pipe; what is left is written no more."""
        with self._writing, suppress(OSError):
            self._left.clear()
            self._pipe.close()

    def _rest(self, line: bytes) -> bytes:
        """Write as much as the pipe takes and return the rest."""
        try:
            return line[os.write(self._pipe.fileno(), line) :]
        except BlockingIOError:
            return line

    def _write_left(self) -> None:
        try:
            poller = select.poll()
            poller.register(self._pipe.fileno(), select.POLLOUT)
            while self._left:
                poller.poll(_LOOK_MS)
                self._write_some()
        except (OSError, ValueError):
            self._left.clear()  # nobody will read it

    def _write_some(self) -> None:
        with self._writing:
            while self._left:
                self._left[0] = self._rest(self._left[0])
                if self._left[0]:
                    return
                self._left.popleft()
