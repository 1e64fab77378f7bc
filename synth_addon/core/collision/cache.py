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

CACHE_VARIABLE = "SYNTH_CACHE_DIR"
"""The environment variable that names a folder for what Synth can compute again."""
_FOLDER = "convex_parts"
_TEMPORARY = ".tmp-"


def cache_folder() -> Path:
    """Return the folder in which convex parts are kept.

    ``convex_parts`` in ``SYNTH_CACHE_DIR``; without it ``synth/convex_parts`` where the platform
    keeps what programs can compute again: ``XDG_CACHE_HOME`` or ``~/.cache``, on macOS
    ``~/Library/Caches``, on Windows ``LOCALAPPDATA``.
    """
    if stated := os.environ.get(CACHE_VARIABLE):
        return Path(stated).absolute() / _FOLDER
    home = Path.home()
    places = {
        "darwin": home / "Library" / "Caches",
        "win32": Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"),
    }
    elsewhere = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return places.get(sys.platform, elsewhere) / "synth" / _FOLDER


def cache_size(folder: Path) -> int:
    """Return how many bytes the files take that Synth keeps in a cache folder."""
    return sum(size for _, size in _kept_files(folder))


def clear_cache(folder: Path) -> int:
    """Remove what Synth keeps in a cache folder, and nothing else; return how many bytes it took.

    Raises:
        StorageError: a file cannot be removed.
    """
    freed = 0
    for path, size in _kept_files(folder):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(
                f"{path}: cannot be removed ({error.strerror}). Close what uses it, or allow "
                "writing in its folder"
            ) from error
        freed += size
    return freed


def can_write(folder: Path) -> bool:
    """Return whether files can be made in a folder, or the folder itself; all stays as it is."""
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            return True
    except OSError:
        return False


def _kept_files(folder: Path) -> list[tuple[Path, int]]:
    """Return the files that `write_parts` made or left unfinished, with their sizes.

    A folder that cannot be read holds none.
    """
    found = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            made = entry.name.endswith(".npz") or entry.name.startswith(_TEMPORARY)
            if made and entry.is_file(follow_symlinks=False):
                found.append((Path(entry.path), entry.stat(follow_symlinks=False).st_size))
    return found


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
        descriptor, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=path.parent)
        with open(descriptor, "wb") as file:
            ends = np.cumsum([len(part) for part in parts])
            np.savez(file, points=np.concatenate(parts), ends=ends)
        os.replace(temporary, path)
    except OSError as error:
        with suppress(OSError):
            os.unlink(temporary)
        raise StorageError(
            f"{path.parent}: convex parts cannot be kept ({error.strerror}). Free space there, or "
            f"name another folder in the environment variable {CACHE_VARIABLE} or, for Blender's "
            "window, in Synth's preferences"
        ) from error
