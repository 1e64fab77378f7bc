"""What a user's script prints, told line by line to whoever runs the stream."""

from __future__ import annotations

import io
from collections.abc import Callable


class PrintedLines(io.TextIOBase):
    """Stands in for standard output.

    Args:
        say: takes each line that is not empty.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self._begun = say, ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in filter(None, lines):
            self._say(line)
        return len(text)
