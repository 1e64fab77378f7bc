"""Finds finished scenes whose files are gone or damaged, such as after a power cut."""

from __future__ import annotations

import time
from collections.abc import Container, Iterator
from itertools import takewhile
from pathlib import Path

from ..errors import DatasetError
from .journal import Journal
from .journal_lines import JournalEntry, entry_of, walk_journal
from .layout import is_model
from .tree_hash import file_hash

_SECONDS = 3.0


def damaged_scenes(
    directory: Path, journal: Journal, wanted: Container[int], *, check_all: bool
) -> dict[int, str]:
    """Return those of the `wanted` scenes that have a damaged file, each with the first of them.

    A mesh that several scenes list is told of once: who makes that scene anew writes it again.

    Args:
        check_all: whether to read the files of all scenes; else those of the newest, for as long
            as a run may be kept waiting.

    Raises:
        DatasetError: the journal is damaged.
    """
    found: dict[int, str] = {}
    seen: set[str] = set()
    for entry in _all(journal) if check_all else _newest(journal):
        if entry.scene not in wanted:
            continue
        for path, digest in entry.files.items():
            if path in seen:
                continue
            if is_model(path):
                seen.add(path)
            if not _is_sound(directory / path, digest):
                found[entry.scene] = path
                break
    return found


def _all(journal: Journal) -> Iterator[JournalEntry]:
    return (entry_of(journal.path, line.text) for line in walk_journal(journal.path))


def _newest(journal: Journal) -> Iterator[JournalEntry]:
    end = time.monotonic() + _SECONDS
    lines = takewhile(lambda line: time.monotonic() < end, reversed(journal.newest))
    return (entry_of(journal.path, text) for text in lines)


def _is_sound(path: Path, digest: str) -> bool:
    try:
        return file_hash(path) == digest
    except DatasetError:
        return False
