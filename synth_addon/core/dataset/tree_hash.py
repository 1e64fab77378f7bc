"""One hash for a whole dataset: equal hashes mean equal files, byte for byte."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .faults import reading_errors
from .info import read_info
from .journal_index import read_index, read_lines
from .layout import INFO_FILE, JOURNAL_FILE, walk_format_folders


def hash_dataset(directory: Path) -> str:
    """Return the SHA-256, in hex, over path and SHA-256 of every file of the format.

    The journal counts with its lines in the order of scenes, so that an unfinished run hashes
    the same in whichever order its scenes arrived. Names that start with a dot, and whatever
    else the user keeps beside the format's folders, do not count.

    Raises:
        DatasetError: the folder holds no dataset, or a file cannot be read.
    """
    read_info(directory)
    total = hashlib.sha256()
    total.update(hash_record(INFO_FILE, file_hash(directory / INFO_FILE)))
    total.update(hash_record(JOURNAL_FILE, _journal_digest(directory / JOURNAL_FILE)))
    for path in walk_format_folders(directory):
        if not any(part.startswith(".") for part in path.split("/")):
            total.update(hash_record(path, file_hash(directory / path)))
    return total.hexdigest()


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hex.

    Raises:
        DatasetError: it cannot be read.
    """
    with reading_errors(path), open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _journal_digest(path: Path) -> str:
    digest = hashlib.sha256()
    for line in read_lines(path, read_index(path)):
        digest.update(line)
    return digest.hexdigest()


def hash_record(path: str, digest: str) -> bytes:
    """Return what one file adds to a dataset's hash.

    Args:
        digest: its SHA-256, in hex.
    """
    return f"{digest}  {path}\n".encode()
