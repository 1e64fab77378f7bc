"""The list of finished scenes: one JSON line per scene, appended when all its files are safe."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection, Sequence
from contextlib import suppress
from io import RawIOBase
from pathlib import Path

from .atomic import atomic_file, sync_folders
from .faults import storage_errors
from .journal_lines import JournalEntry, entry_of, walk_journal
from .journal_sort import sort_journal
from .scene_set import SceneSet

_NEWEST = 256


class Journal:
    """A journal to append to. Only the process that holds the dataset's lock may.

    Attributes:
        finished: the scenes that it lists.
        newest: the lines that stand last, in their order.
    """

    def __init__(self, path: Path) -> None:
        """Create or continue the journal and drop a last line that was cut off.

        Raises:
            DatasetError: a line before the last is damaged.
            StorageError: the disk is full or refuses.
        """
        self.path = path
        self.finished = SceneSet()
        self.newest: deque[bytes] = deque(maxlen=_NEWEST)
        self._size, self._highest, self._is_in_order = 0, -1, True
        for line in walk_journal(path, self.finished):
            self._note(line.scene, line.text)
        with storage_errors(path), open(path, "ab") as file:
            file.truncate(self._size)
            os.fsync(file.fileno())

    def __contains__(self, scene: int) -> bool:
        return scene in self.finished

    def append(self, entries: Sequence[JournalEntry]) -> None:
        """Record finished scenes; they are on the disk when this returns.

        Raises:
            StorageError: the disk is full or refuses; the journal is as before.
        """
        lines = [entry.line for entry in entries]
        with storage_errors(self.path):
            try:
                with open(self.path, "ab", buffering=0) as file:
                    _write_whole(file, b"".join(lines))
                    os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    os.truncate(self.path, self._size)
                raise
        for entry, line in zip(entries, lines, strict=True):
            self.finished.add(entry.scene)
            self._note(entry.scene, line)

    def sort(self) -> None:
        """Rewrite the journal in the order of scenes, so that the order of arrival is forgotten.

        Raises:
            StorageError: the disk is full or refuses; the journal is as before.
        """
        if not self._is_in_order:
            sort_journal(self.path)
            self._is_in_order = True

    def drop(self, scenes: Collection[int]) -> None:
        """Forget finished scenes, for them to be made anew.

        Raises:
            StorageError: the disk is full or refuses; no line is lost but those of some of the
                newest scenes, which are then made anew too.
        """
        newest = [(entry_of(self.path, text).scene, text) for text in self.newest]
        kept = [text for scene, text in newest if scene not in scenes]
        if set(scenes) <= {scene for scene, _ in newest}:
            self._replace_end(sum(len(text) for _, text in newest), b"".join(kept))
        else:
            self._rewrite_without(scenes)
        self.newest = deque(kept, maxlen=_NEWEST)
        self._size = self.path.stat().st_size
        for scene in scenes:
            self.finished.discard(scene)

    def _replace_end(self, length: int, end: bytes) -> None:
        """Write other last lines, without copying the gigabytes before them."""
        with storage_errors(self.path), open(self.path, "ab", buffering=0) as file:
            file.truncate(self._size - length)
            _write_whole(file, end)
            os.fsync(file.fileno())

    def _rewrite_without(self, scenes: Collection[int]) -> None:
        with atomic_file(self.path) as file:
            for line in walk_journal(self.path):
                if line.scene not in scenes:
                    file.write(line.text)
        sync_folders([self.path.parent])

    def _note(self, scene: int, text: bytes) -> None:
        self.newest.append(text)
        self._size += len(text)
        if scene > self._highest:
            self._highest = scene
        else:
            self._is_in_order = False


def _write_whole(file: RawIOBase, text: bytes) -> None:
    # a disk that is nearly full takes a part and refuses only the next write
    view = memoryview(text)
    while view:
        view = view[file.write(view) or 0 :]
