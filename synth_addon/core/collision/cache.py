"""Convex parts on disk: files that appear whole, and that may be lost or damaged at no harm."""

from __future__ import annotations

import os
import sys
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np

from ..errors import StorageError
from ..transforms import Array


def cache_folder() -> Path:
    """Return the folder in which the platform keeps what programs can compute again.

    ``XDG_CACHE_HOME`` or ``~/.cache``, on macOS ``~/Library/Caches``, on Windows ``LOCALAPPDATA``;
    in it ``synth/convex_parts``.
    """
    home = Path.home()
    places = {
        "darwin": home / "Library" / "Caches",
        "win32": Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"),
    }
    elsewhere = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return places.get(sys.platform, elsewhere) / "synth" / "convex_parts"


def read_parts(path: Path) -> tuple[Array, ...] | None:
    """Return the parts in a file, each (N, 3), or None if it is missing or damaged."""
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as stored:
            parts = np.split(stored["points"], stored["ends"][:-1])
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None
    good = all(part.ndim == 2 and part.shape[1] == 3 and len(part) > 3 for part in parts)
    return tuple(parts) if good and all(np.isfinite(part).all() for part in parts) else None


def write_parts(path: Path, parts: tuple[Array, ...]) -> None:
    """Write parts so that readers see all of them or none; other processes may do the same.

    Raises:
        StorageError: the folder cannot be written.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=".tmp-", dir=path.parent)
        with open(descriptor, "wb") as file:
            ends = np.cumsum([len(part) for part in parts])
            np.savez(file, points=np.concatenate(parts), ends=ends)
        os.replace(temporary, path)
    except OSError as error:
        with suppress(OSError):
            os.unlink(temporary)
        raise StorageError(
            f"{path.parent}: convex parts cannot be kept ({error.strerror}). Free space there, or "
            "set XDG_CACHE_HOME (on Windows LOCALAPPDATA) to a folder that can be written"
        ) from error
