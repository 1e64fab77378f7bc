"""Frames of a running recipe, live in a training loop, and the knobs of that recipe.

Reading needs numpy and pyzmq, and PyTorch for `StreamDataset`; Blender runs elsewhere. What is
named here is imported when it is first asked for, because Blender's side needs neither.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .collation import collate
    from .dataset import StreamDataset
    from .errors import StreamError
    from .frames import StreamBatch, StreamFrame
    from .launcher import LaunchedStream, launch
    from .stream import Stream, connect

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

_MODULES = {
    "LaunchedStream": "launcher",
    "Stream": "stream",
    "StreamBatch": "frames",
    "StreamDataset": "dataset",
    "StreamError": "errors",
    "StreamFrame": "frames",
    "collate": "collation",
    "connect": "stream",
    "launch": "launcher",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)
