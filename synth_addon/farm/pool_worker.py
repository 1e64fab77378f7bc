"""One worker of a pool, seen from the coordinator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from queue import SimpleQueue
from typing import IO, Literal

from .protocol import Message, parsed

Heard = tuple["PoolWorker", Message | None]
"""A message of a worker; None when it has ended."""
State = Literal["starting", "ready", "stopping", "ended"]
_KEPT_LINES = 20


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
        self._errors: deque[str] = deque(maxlen=_KEPT_LINES)
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=sys.platform != "win32",
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        reading_errors = threading.Thread(
            target=self._read_errors, args=(self._process.stderr,), daemon=True
        )
        reading_errors.start()
        threading.Thread(
            target=self._read, args=(self._process.stdout, heard, reading_errors), daemon=True
        ).start()

    @property
    def process_id(self) -> int:
        """The system's number of the process."""
        return self._process.pid

    def order(self, scene: int) -> None:
        """Give the worker one more scene; one that has died is noticed elsewhere."""
        self.scenes.append(scene)
        self._say({"scene": scene})

    def stop(self) -> None:
        """Ask the worker to end after the scene under way."""
        self.state = "stopping"
        self._say({"stop": True})

    def kill(self) -> None:
        """End the process at once."""
        with suppress(OSError):
            self._process.kill()

    def wait(self, seconds: float) -> bool:
        """Wait for the process to end; return whether it has."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def reason_of_end(self) -> str:
        """Return why the process has ended, as far as it says."""
        code = self._process.poll()
        last = self._errors[-1] if self._errors else ""
        return f"the process ended with status {code}. {last}".strip()

    def _say(self, order: Mapping[str, object]) -> None:
        assert self._process.stdin is not None
        with suppress(OSError):  # a broken pipe: its end is heard of by the reader
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()

    def _read(
        self, lines: IO[str], heard: SimpleQueue[Heard], reading_errors: threading.Thread
    ) -> None:
        with lines:
            for line in lines:
                message = parsed(line, "event")
                if message is not None:
                    heard.put((self, message))
        self._process.wait()
        reading_errors.join()
        heard.put((self, None))

    def _read_errors(self, lines: IO[str]) -> None:
        with lines:
            for line in lines:
                self._errors.append(line.rstrip())
