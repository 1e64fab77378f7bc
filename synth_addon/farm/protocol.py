"""What coordinator and workers say to each other: JSON objects, one a line.

Worker to coordinator, by ``event``: ``hello`` (protocol, versions, process, what the dataset is to
say of itself), ``heartbeat`` (memory), ``begin`` (the scene that it works at from now on, be it one
that it has worked at before), ``frame``, ``scene`` (its line for the journal; its files are in
place), ``convex_parts``, ``warning``, ``error`` (a fault that no other worker would be spared),
``bye``. Coordinator to worker: ``{"scene": 7}`` and ``{"stop": true}``.

The channel is the worker's own standard input and output, which no other process can reach.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

PROTOCOL = 1
HEARTBEAT_S = 1.0

Message = Mapping[str, Any]


def parsed(line: str, key: str) -> Message | None:
    """Return the message that a line holds; other programs print to the same place.

    Args:
        key: that every such message has.
    """
    message = parsed_object(line)
    return message if message is not None and key in message else None


def parsed_object(line: str) -> Message | None:
    """Return the JSON object that a line holds, None if it holds something else."""
    if not line.startswith("{"):
        return None
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
