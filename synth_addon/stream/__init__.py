"""Frames of a running recipe, live in a training loop, and the knobs of that recipe.

Reading needs numpy and pyzmq, and PyTorch for `StreamDataset`; Blender runs elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .collate import collate
from .errors import StreamError
from .frames import StreamBatch, StreamFrame
from .launcher import LaunchedStream, launch
from .stream import Stream, connect

if TYPE_CHECKING:
    from .dataset import StreamDataset

__all__ = [
    "LaunchedStream",
    "Stream",
    "StreamBatch",
    "StreamDataset",
    "StreamError",
    "StreamFrame",
    "collate",
    "connect",
    "launch",
]


def __getattr__(name: str) -> Any:
    """Import what needs PyTorch when it is first asked for."""
    if name == "StreamDataset":
        from .dataset import StreamDataset

        return StreamDataset
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
