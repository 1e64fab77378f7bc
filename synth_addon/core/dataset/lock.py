"""One writer per dataset: a lock that the system releases even when the process is killed."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from ..errors import OutputError
from .faults import storage_errors
from .layout import LOCK_FILE

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class DatasetLock:
    """The right to write one dataset, held until `release` or the end of the process."""

    def __init__(self, directory: Path) -> None:
        """Take the lock of an existing folder.

        Raises:
            OutputError: another process holds it.
            StorageError: the lock file cannot be made.
        """
        self._path = directory / LOCK_FILE
        self._descriptor = self._locked()
        while not self._is_current():
            os.close(self._descriptor)
            self._descriptor = self._locked()

    def release(self) -> None:
        """Give the lock back and remove its file. Harmless when done before."""
        if self._descriptor < 0:
            return
        # removed while still held, so that nobody can lock a file that is about to vanish;
        # Windows refuses that and the file then stays, unlocked
        with suppress(OSError):
            self._path.unlink()
        os.close(self._descriptor)
        self._descriptor = -1

    def _locked(self) -> int:
        with storage_errors(self._path):
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _try_lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            raise OutputError(
                f"{self._path.parent}: another process is writing this dataset. "
                "Wait for it to end, or choose another --output."
            ) from error
        return descriptor

    def _is_current(self) -> bool:
        """Tell whether the locked file is still the one that others will find."""
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._path.stat())
        except FileNotFoundError:
            return False


def is_locked(directory: Path) -> bool:
    """Return whether a process holds the lock of a dataset; nothing is changed."""
    try:
        descriptor = os.open(directory / LOCK_FILE, os.O_RDWR)
    except OSError:
        return False
    try:
        _try_lock(descriptor)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)
