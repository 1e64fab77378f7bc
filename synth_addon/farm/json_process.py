"""A process that tells what it does as JSON lines."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO

from .order_pipe import OrderPipe
from .protocol import Message, parsed

_KEPT_LINES = 20


class JsonProcess:
    """A process, read by threads of its own.

    Args:
        command: program and arguments; it must be told to write JSON lines.
        environment: variables on top of this process' own.
        take: called with each message.
        ended: called once with this process, when it is gone and all that it wrote is read.
        listens: whether it takes orders on its standard input.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        take: Callable[[Message], None],
        ended: Callable[[JsonProcess], None],
        *,
        listens: bool = False,
    ) -> None:
        self._take, self._ended = take, ended
        self._errors: deque[str] = deque(maxlen=_KEPT_LINES)
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE if listens else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            start_new_session=sys.platform != "win32",
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        stdin = self._process.stdin
        self._orders = OrderPipe(stdin) if stdin is not None else None
        self._errors_reader = threading.Thread(
            target=self._read_errors, args=(_text(self._process.stderr),), daemon=True
        )
        self._reader = threading.Thread(
            target=self._read, args=(_text(self._process.stdout),), daemon=True
        )
        self._errors_reader.start()
        self._reader.start()

    @property
    def code(self) -> int | None:
        """The exit status; None while the process runs."""
        return self._process.poll()

    def reason_of_end(self) -> str:
        """Return why the process has ended, as far as it says."""
        last = self._errors[-1] if self._errors else ""
        return f"the process ended with status {self.code}. {last}".strip()

    def order(self, message: Message) -> None:
        """Write a line to its standard input; that it is gone is heard of by `ended`."""
        assert self._orders is not None
        self._orders.write(json.dumps(message).encode() + b"\n")

    def signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.code is None:
            with suppress(OSError):
                self._process.send_signal(number)

    def kill(self) -> None:
        """End the process at once."""
        with suppress(OSError):
            self._process.kill()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the process is gone and all is read; return whether it is so."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        self._reader.join(seconds)
        return not self._reader.is_alive()

    def _read(self, lines: IO[str]) -> None:
        with lines:
            for line in lines:
                message = parsed(line, "event")
                if message is not None:
                    self._take(message)
        self._process.wait()
        if self._orders is not None:
            self._orders.close()
        self._errors_reader.join()
        self._ended(self)

    def _read_errors(self, lines: IO[str]) -> None:
        with lines:
            for line in lines:
                self._errors.append(line.rstrip())


def _text(lines: IO[bytes]) -> IO[str]:
    return io.TextIOWrapper(lines, encoding="utf-8", errors="replace")
