"""Where commands write: text for people, or one JSON object a line for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from ..core.errors import RecipeError, SynthError


class Console:
    """Standard output and error of a command.

    Args:
        json_lines: write events as JSON lines instead of text.
    """

    def __init__(self, json_lines: bool = False) -> None:
        self.json_lines = json_lines
        self.out: TextIO = sys.stdout

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

    def _line(self, text: str) -> None:
        self.out.write(text + "\n")
        self.out.flush()

    @contextmanager
    def without_native_output(self) -> Iterator[None]:
        """Keep what Blender itself prints off standard output; this console still writes there."""
        sys.stdout.flush()
        saved, null = os.dup(1), os.open(os.devnull, os.O_WRONLY)
        before = self.out
        self.out = os.fdopen(os.dup(saved), "w", encoding="utf-8")
        os.dup2(null, 1)
        try:
            yield
        finally:
            os.dup2(saved, 1)
            self.out.close()
            self.out = before
            os.close(saved)
            os.close(null)
