"""Lets the processes that fill a ring write past the processor's caches."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

_VARIABLE = "GLIBC_TUNABLES"
_TUNABLE = "glibc.cpu.x86_non_temporal_threshold"
_LEAST_BYTES = 1 << 19

Environment = Callable[[int], Mapping[str, str]]


def with_streaming_copies(environment: Environment) -> Environment:
    """Return the variables of a process in each place, and one for the C library.

    A frame is written once and read by another process, so its lines need not be fetched into the
    cache before they are overwritten, nor push out what both processes work on. The GNU C library
    does so on its own only for copies as large as the whole cache. Others do not know the variable.
    """
    known = os.environ.get(_VARIABLE, "")
    if _TUNABLE in known:
        return environment
    tunables = f"{known}:{_TUNABLE}={_LEAST_BYTES:#x}".removeprefix(":")
    return lambda place: {**environment(place), _VARIABLE: tunables}
