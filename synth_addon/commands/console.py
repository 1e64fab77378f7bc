"""Where commands write: text for people, or one JSON object a line for programs."""

from __future__ import annotations

import ctypes
import io
import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO

from ..core.errors import RecipeError, SynthError
from ..core.notices import Notice


class Console:
    """Standard output and error of a command.

    Args:
        json_lines: write events as JSON lines instead of text.
    """

    def __init__(self, json_lines: bool = False) -> None:
        self.json_lines = json_lines
        self.out: TextIO = sys.stdout
        self._writing = threading.Lock()

    @property
    def is_terminal(self) -> bool:
        """Whether a person is watching a terminal."""
        return not self.json_lines and self.out.isatty()

    def write(self, text: str) -> None:
        """Write text for people."""
        if not self.json_lines:
            self._line(text)

    def result(self, text: str) -> None:
        """Write what the command was asked for, in either mode."""
        self._line(text)

    def event(self, name: str, **values: Any) -> None:
        """Write one event for programs."""
        if self.json_lines:
            self._line(json.dumps({"event": name, **values}))

    def error(self, error: SynthError) -> None:
        """Write an error to stderr, and as an event for programs."""
        values: dict[str, Any] = {"kind": type(error).__name__, "message": str(error)}
        if isinstance(error, RecipeError):
            values["problems"] = [vars(problem) for problem in error.problems]
        self.event("error", exit_code=error.exit_code, **values)
        sys.stderr.write(f"synth: {error}\n")
        sys.stderr.flush()

    def notice(self, notice: Notice) -> None:
        """Write to stderr what goes on nevertheless, and as an event for programs."""
        self.event("warning", message=notice.message, names=notice.names)
        sys.stderr.write(f"synth: warning: {notice.text}\n")
        sys.stderr.flush()

    def warn(self, text: str) -> None:
        """Write a sentence to stderr, and as an event for programs."""
        self.event("warning", message=text, names=[])
        sys.stderr.write(f"synth: {text}\n")
        sys.stderr.flush()

    def _line(self, text: str) -> None:
        with self._writing:  # a worker's heartbeat comes from another thread
            self.out.write(text + "\n")
            self.out.flush()

    @contextmanager
    def without_native_output(self) -> Iterator[None]:
        """Keep what Blender itself prints off standard output; this console still writes there."""
        sys.stdout.flush()
        before = self.out
        self.out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        try:
            with redirect_stdout(_Nowhere()), _nowhere(1):
                yield
        finally:
            self.out.close()
            self.out = before

    @contextmanager
    def without_native_errors(self) -> Iterator[None]:
        """Keep off standard error what Blender's importers print there, such as tracebacks.

        Only for work whose errors come as exceptions: they are shown afterwards.
        """
        sys.stderr.flush()
        with redirect_stderr(_Nowhere()), _nowhere(2):
            yield


@contextmanager
def _nowhere(descriptor: int) -> Iterator[None]:
    saved, null = os.dup(descriptor), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    try:
        yield
    finally:
        _flush_c_output()
        os.dup2(saved, descriptor)
        os.close(saved)
        os.close(null)


class _Nowhere(io.TextIOBase):
    """Takes what Python code inside Blender prints; loggers may keep it for good."""

    def write(self, text: str) -> int:
        return len(text)


def _flush_c_output() -> None:
    """Write out what Blender's C code has printed and the C library still holds."""
    ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None).fflush(None)
