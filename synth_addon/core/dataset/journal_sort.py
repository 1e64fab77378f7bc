"""Sorts the lines of journals that need not fit into memory.

Replacement selection (Knuth, The Art of Computer Programming, volume 3, 5.4.1): lines go through a
heap into runs, each ascending. Scenes end nearly in order, so that there is one run as a rule, and
it is the result.
"""

from __future__ import annotations

import heapq
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO

from .atomic import remove_file, sync_folders
from .faults import storage_errors
from .journal_lines import Line, walk_journal
from .layout import TEMPORARY_PREFIX

_HEAP_BYTES = 16 << 20
_BUFFER = 1 << 20


def sort_journal(path: Path, heap_bytes: int = _HEAP_BYTES) -> None:
    """Rewrite a journal in the order of scenes.

    Args:
        heap_bytes: of lines that are held in memory.

    Raises:
        StorageError: the disk is full or refuses; the journal is as before.
        DatasetError: it cannot be read.
    """
    runs: list[Path] = []
    try:
        _write_runs(path, runs, heap_bytes)
        if len(runs) > 1:
            lines = heapq.merge(*map(walk_journal, runs), key=attrgetter("scene"))
            merged = _run_path(path, len(runs))
            runs.append(merged)
            with storage_errors(path), open(merged, "wb") as file:
                _write_all(file, lines)
        if runs:
            with storage_errors(path):
                os.replace(runs[-1], path)
            sync_folders([path.parent])
    finally:
        for run in runs:
            remove_file(run)


def _write_runs(path: Path, runs: list[Path], heap_bytes: int) -> None:
    """Write ascending runs beside the journal and add their paths to `runs`."""
    with ExitStack() as files, storage_errors(path):
        opened: list[BinaryIO] = []
        for run, _, text in _with_runs(walk_journal(path), heap_bytes):
            if run == len(opened):
                runs.append(_run_path(path, run))
                opened.append(files.enter_context(open(runs[-1], "wb", buffering=_BUFFER)))
            opened[run].write(text)
        for file in opened:
            file.flush()
            os.fsync(file.fileno())


def _with_runs(lines: Iterable[Line], heap_bytes: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield run, scene and text of lines, ascending within each run."""
    heap: list[tuple[int, int, bytes]] = []
    held = run = 0
    last = -1
    for scene, _, _, text in lines:
        heapq.heappush(heap, (run if scene > last else run + 1, scene, text))
        held += len(text)
        while held > heap_bytes:
            smallest = heapq.heappop(heap)
            run, last, text = smallest
            held -= len(text)
            yield smallest
    while heap:
        yield heapq.heappop(heap)


def _write_all(file: BinaryIO, lines: Iterable[Line]) -> None:
    for line in lines:
        file.write(line.text)
    file.flush()
    os.fsync(file.fileno())


def _run_path(path: Path, run: int) -> Path:
    return path.with_name(f"{TEMPORARY_PREFIX}{path.name}-{run}")
