"""What can go wrong between a stream and its readers."""

from __future__ import annotations

from ..core.errors import SynthError


class StreamError(SynthError):
    """A stream that cannot be reached or read, or that has ended before its time."""

    exit_code = 5


class ScriptError(SynthError):
    """A user's script that has raised, or that asks for what there is not."""

    exit_code = 2


class WireError(ValueError):
    """A message that does not follow the protocol; whoever sent it is no stream and no reader."""
