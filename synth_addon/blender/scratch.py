"""A folder for files that live for one frame, in memory where the system has a RAM disk.

A process that is killed leaves its folder behind; the next one removes it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

_RAM_DISK = Path("/dev/shm")
_PREFIX = "synth-scratch-"
_LOCK = "in-use"


class ScratchFolder:
    """A temporary folder, in use until `close` or the end of the process."""

    def __init__(self) -> None:
        parent = _RAM_DISK if _RAM_DISK.is_dir() else Path(tempfile.gettempdir())
        _remove_abandoned(parent)
        self.path, self._lock = _claimed(parent)

    def close(self) -> None:
        """Remove the folder with everything in it."""
        os.close(self._lock)
        shutil.rmtree(self.path, ignore_errors=True)


def _claimed(parent: Path) -> tuple[Path, int]:
    """Make a folder and lock it; again if a starting process took it for abandoned before."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        descriptor = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT)
        if _try_lock(descriptor) and (path / _LOCK).exists():
            return path, descriptor
        os.close(descriptor)


def _remove_abandoned(parent: Path) -> None:
    """Remove the folders whose process is gone: the system has released their locks.

    Not on Windows, which cleans its temporary folder itself.
    """
    if sys.platform == "win32":
        return
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):  # it belongs to somebody else, or is just going
            descriptor = os.open(folder / _LOCK, os.O_RDWR)
            try:
                if _try_lock(descriptor):
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    """Take a lock that ends with this process; False if another process has it."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
