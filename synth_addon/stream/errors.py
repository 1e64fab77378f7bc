"""What can go wrong between a stream and its readers."""

from __future__ import annotations

from ..core.errors import SynthError


class StreamError(SynthError):
    """A stream that cannot be reached or read, or that has ended before its time."""

    exit_code = 5


class WireError(ValueError):
    """A message that does not follow the protocol; whoever sent it is no stream and no reader."""
