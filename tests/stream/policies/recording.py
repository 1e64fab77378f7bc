"""A stream that only remembers what it was told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class RecordingStream:
    """Stands in for a live stream; versions count from `first` on."""

    def __init__(self, first: int = 1) -> None:
        self.sent: list[dict[str, Any]] = []
        self._first = first

    def update(self, changes: Mapping[str, Any]) -> int:
        self.sent.append(dict(changes))
        return self._first + len(self.sent) - 1
