"""What a loader's worker has made of frames, on its way to the trainer.

The frames count as used when it arrives there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .frames import StreamBatch


class Delivered:
    """A value made from frames; it arrives in another process as the value alone."""

    def __init__(self, value: Any, batch: StreamBatch) -> None:
        self._value, self._batch = value, batch

    def __reduce__(self) -> tuple[Any, ...]:
        return _arrived, (self._value, *self._batch.receipt())


def _arrived(value: Any, claim: Callable[..., None], arguments: tuple[Any, ...]) -> Any:
    claim(*arguments)
    return value
