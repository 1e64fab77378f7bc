"""Workers of a run that was killed may live on for a moment: nobody starts beside them.

Each worker holds a shared lock on a file of the dataset for as long as it lives; the system gives
it back however the worker ends.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from ..errors import OutputError

PRESENCE_FILE = ".workers"
_PATIENCE_S = 20.0
_PAUSE_S = 0.05


def show_presence(directory: Path) -> int | None:
    """Hold the shared lock until this process ends; return its descriptor.

    None where the system has no such locks, or the folder is not there yet.
    """
    if sys.platform == "win32":
        return None
    import fcntl

    with suppress(OSError):
        descriptor = os.open(directory / PRESENCE_FILE, os.O_RDWR | os.O_CREAT, 0o666)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return descriptor
    return None


def wait_for_absence(directory: Path, patience_s: float = _PATIENCE_S) -> None:
    """Wait until no worker of an earlier run is left.

    Raises:
        OutputError: some are still there after a while, such as stopped ones.
    """
    path = directory / PRESENCE_FILE
    if sys.platform == "win32" or not os.path.exists(path):  # also where the name cannot be one
        return
    import fcntl

    end = time.monotonic() + patience_s
    with path.open("rb") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if time.monotonic() > end:
                    raise OutputError(
                        f"{directory}: workers of another run still write there. End them, or wait"
                    ) from error
                time.sleep(_PAUSE_S)
            else:
                with suppress(OSError):
                    path.unlink()
                return
