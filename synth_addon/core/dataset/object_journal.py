"""The journal of a dataset in an object store.

Nothing can be appended to an object, so a run adds pieces of the journal, each named by its own
hash; `finish` joins them into the one object that a dataset has. Runs of one dataset are to follow
one another: object stores have no locks, and of two that finish at the same moment one may forget
scenes of the other, which `--resume` then makes anew.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .journal_lines import JournalEntry, walk_journal
from .journal_sort import sort_journal
from .layout import JOURNAL_FILE
from .object_folder import ObjectFolder
from .scene_set import SceneSet

PIECES = "journal"
"""The folder of the pieces."""
_MOST_ENTRIES = 1000
_PATIENCE_S = 5.0


class ObjectJournal:
    """A journal to append to.

    Attributes:
        finished: the scenes that it lists.
    """

    def __init__(self, folder: ObjectFolder) -> None:
        """Continue the journal.

        Raises:
            DatasetError: it is damaged, or the store cannot be reached.
        """
        self._folder = folder
        self._waiting: list[JournalEntry] = []
        self._written = 0.0
        self.finished = SceneSet()
        with local_journal(folder) as path:
            for line in walk_journal(path):
                self.finished.add(line.scene)

    def append(self, entries: Sequence[JournalEntry]) -> None:
        """Record finished scenes; they are in the store a few seconds later, or after `flush`.

        Raises:
            StorageError: the store refuses or cannot be reached.
        """
        self._waiting += entries
        for entry in entries:
            self.finished.add(entry.scene)
        is_time = time.monotonic() - self._written > _PATIENCE_S
        if is_time or len(self._waiting) >= _MOST_ENTRIES:
            self.flush()

    def flush(self) -> None:
        """Write what waits.

        Raises:
            StorageError: the store refuses or cannot be reached.
        """
        if self._waiting:
            text = b"".join(entry.line for entry in self._waiting)
            digest = hashlib.sha256(text).hexdigest()[:16]
            first = self._waiting[0].scene
            self._folder.put({f"{PIECES}/{first:09d}-{digest}.jsonl": text})
            self._waiting.clear()
        self._written = time.monotonic()

    def join(self) -> None:
        """Make one object of all pieces, in the order of scenes.

        Raises:
            StorageError: the store refuses or cannot be reached; the pieces are still there.
        """
        self.flush()
        pieces = self._folder.names(PIECES)
        if pieces or not self._folder.has(JOURNAL_FILE):
            with local_journal(self._folder, pieces) as path:
                self._folder.put_file(JOURNAL_FILE, path)
            self._folder.discard(pieces)


@contextmanager
def local_journal(folder: ObjectFolder, pieces: Sequence[str] | None = None) -> Iterator[Path]:
    """Yield a local file with the whole journal, in the order of scenes, while it is needed.

    Args:
        pieces: of the journal, where they are known already.

    Raises:
        DatasetError: it is damaged, or the store cannot be reached.
    """
    with tempfile.TemporaryDirectory(prefix="synth-journal-") as temporary:
        path = Path(temporary) / JOURNAL_FILE
        path.touch()
        if folder.has(JOURNAL_FILE):
            folder.copy_to(JOURNAL_FILE, path)
        _add_pieces(path, folder, folder.names(PIECES) if pieces is None else pieces)
        sort_journal(path)
        yield path


def _add_pieces(path: Path, folder: ObjectFolder, pieces: Sequence[str]) -> None:
    """Append what the pieces hold; scenes that stand in two of them, or in the journal, once."""
    seen = SceneSet(line.scene for line in walk_journal(path))
    with tempfile.NamedTemporaryFile() as one, path.open("ab") as file:
        for name in pieces:
            Path(one.name).write_bytes(folder.read(name))
            for line in walk_journal(Path(one.name)):
                if seen.add(line.scene):
                    file.write(line.text)
