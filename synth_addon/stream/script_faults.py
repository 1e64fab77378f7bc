"""Tells users where in their script something went wrong."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from ..core.errors import SynthError
from .errors import ScriptError


class ScriptFaults(AbstractContextManager[None]):
    """Turns what a script raises into a `ScriptError` that names its file and line.

    Args:
        script: its file.
        doing: what it was doing, such as ``pre_frame of frame 7``.
    """

    def __init__(self, script: Path, doing: str) -> None:
        self._script, self._doing = script, doing

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, Exception | SystemExit):
            where = next(self._places(error), self._script.name)
            text = str(error)
            if not isinstance(error, SynthError):
                text = f"{type(error).__name__}: {text}".removesuffix(": ")
            raise ScriptError(f"{where}, in {self._doing}: {text}") from error

    def _places(self, error: BaseException) -> Iterator[str]:
        """Yield the lines of the script that led there, the innermost first."""
        if isinstance(error, SyntaxError) and error.filename == str(self._script):
            yield f"{self._script.name}, line {error.lineno}"
        for step in reversed(traceback.extract_tb(error.__traceback__)):
            if step.filename == str(self._script):
                yield f"{self._script.name}, line {step.lineno}"
