"""Turn failures of the operating system into errors that say what the user can do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import DatasetError, StorageError

_REMEDIES = {
    errno.ENOSPC: "Free space on this disk, then run the same command with --resume.",
    errno.EDQUOT: "Free some of your disk quota, then run the same command with --resume.",
    errno.EROFS: "The disk is mounted read-only; choose another --output.",
    errno.EACCES: "Allow writing to this folder, or choose another --output.",
    errno.EPERM: "Allow writing to this folder, or choose another --output.",
}
_OTHER_REMEDY = "Check the disk, then run the same command with --resume."


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn an OSError while `path` is written into a StorageError."""
    try:
        yield
    except OSError as error:
        remedy = _REMEDIES.get(error.errno or 0, _OTHER_REMEDY)
        raise StorageError(f"{path}: cannot be written ({reason_of(error)}). {remedy}") from error


@contextmanager
def reading_errors(path: Path) -> Iterator[None]:
    """Turn an OSError while `path` is read into a DatasetError."""
    try:
        yield
    except OSError as error:
        raise DatasetError(
            f"{path}: cannot be read ({reason_of(error)}). "
            "`synth validate` lists all that is missing or damaged."
        ) from error


def reason_of(error: OSError) -> str:
    """Return the system's own words for a failure, without the path."""
    return error.strerror or str(error)
