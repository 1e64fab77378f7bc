"""The list of finished scenes: one JSON line per scene, appended when all its files are safe."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from io import RawIOBase
from pathlib import Path

from pydantic import Field, ValidationError

from ..errors import DatasetError
from ..scene_spec import Spec, canonical_json
from .atomic import atomic_file, sync_folders
from .faults import reading_errors, storage_errors
from .layout import MODEL_FOLDER

_MODELS = re.compile(rf'"({MODEL_FOLDER}/[^"]+)"'.encode())


class JournalEntry(Spec):
    """One finished scene.

    Attributes:
        frames: number of the first frame, count of frames.
        files: SHA-256 in hex of each file by its path.
    """

    scene: int = Field(ge=0)
    frames: tuple[int, int]
    files: dict[str, str]

    @property
    def frame_range(self) -> range:
        """The scene's frame numbers."""
        return range(self.frames[0], self.frames[0] + self.frames[1])

    @property
    def line(self) -> bytes:
        """The entry as it stands in the journal."""
        return f"{canonical_json(self)}\n".encode()


@dataclass(frozen=True)
class Line:
    """Where one entry stands in the journal, kept instead of the much larger entry."""

    scene: int
    first_frame: int
    frame_count: int
    offset: int
    length: int

    @property
    def frame_range(self) -> range:
        """The scene's frame numbers."""
        return range(self.first_frame, self.first_frame + self.frame_count)


@dataclass(frozen=True)
class JournalIndex:
    """The lines of a journal in the order in which they stand.

    Attributes:
        size: bytes up to the end of the last whole line.
        is_torn: whether a last line follows that was cut off while it was written.
    """

    lines: tuple[Line, ...]
    size: int
    is_torn: bool

    def in_scene_order(self) -> list[Line]:
        """Return the lines sorted by scene."""
        return sorted(self.lines, key=lambda line: line.scene)


def read_index(path: Path) -> JournalIndex:
    """Read where each scene's entry stands; an absent journal has none.

    Raises:
        DatasetError: a line before the last is damaged, or a scene stands there twice.
    """
    lines: dict[int, Line] = {}
    size = 0
    for number, text in _numbered_lines(path):
        try:
            entry = _parsed(text)
        except ValueError as error:
            if size + len(text) == path.stat().st_size:
                return JournalIndex(tuple(lines.values()), size, is_torn=True)
            raise DatasetError(
                f"{path}: line {number} is damaged ({error}). "
                "Remove the line; `synth generate --resume` makes its scene again."
            ) from error
        if entry.scene in lines:
            raise DatasetError(
                f"{path}: line {number} lists scene {entry.scene} a second time. "
                "Remove one of the two lines."
            )
        lines[entry.scene] = Line(entry.scene, *entry.frames, offset=size, length=len(text))
        size += len(text)
    return JournalIndex(tuple(lines.values()), size, is_torn=False)


def read_lines(path: Path, index: JournalIndex) -> Iterator[bytes]:
    """Yield the raw lines in the order of their scenes.

    Raises:
        DatasetError: the journal cannot be read.
    """
    if not index.lines:
        return
    with reading_errors(path), open(path, "rb") as file:
        for line in index.in_scene_order():
            file.seek(line.offset)
            yield file.read(line.length)


def read_entries(path: Path, index: JournalIndex) -> Iterator[JournalEntry]:
    """Yield the entries in the order of their scenes, one at a time.

    Raises:
        DatasetError: the journal cannot be read.
    """
    for text in read_lines(path, index):
        yield JournalEntry.model_validate_json(text)


def listed_models(path: Path) -> set[str]:
    """Return the paths of all meshes that finished scenes list.

    Raises:
        DatasetError: the journal cannot be read.
    """
    found: set[bytes] = set()
    for text in read_lines(path, read_index(path)):
        found.update(_MODELS.findall(text))
    return {model.decode() for model in found}


class Journal:
    """A journal to append to. Only the process that holds the dataset's lock may."""

    def __init__(self, path: Path) -> None:
        """Create or continue the journal and drop a last line that was cut off.

        Raises:
            DatasetError: a line before the last is damaged.
            StorageError: the disk is full or refuses.
        """
        self.path = path
        index = read_index(path)
        self._lines = {line.scene: line for line in index.lines}
        self._size = index.size
        with storage_errors(path), open(path, "ab") as file:
            file.truncate(index.size)
            os.fsync(file.fileno())

    @property
    def index(self) -> JournalIndex:
        """The lines as they stand now."""
        return JournalIndex(tuple(self._lines.values()), self._size, is_torn=False)

    def __contains__(self, scene: int) -> bool:
        return scene in self._lines

    def append(self, entry: JournalEntry) -> None:
        """Record a finished scene; it is on the disk when this returns.

        Raises:
            StorageError: the disk is full or refuses; the journal is as before.
        """
        text = entry.line
        with storage_errors(self.path):
            try:
                with open(self.path, "ab", buffering=0) as file:
                    _write_whole(file, text)
                    os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    os.truncate(self.path, self._size)
                raise
        self._note(entry, len(text))

    def sort(self) -> None:
        """Rewrite the journal in the order of scenes, so that the order of arrival is forgotten.

        Raises:
            StorageError: the disk is full or refuses; the journal is as before.
        """
        index = self.index
        ordered = index.in_scene_order()
        if ordered == list(index.lines):
            return
        with atomic_file(self.path) as file:
            for text in read_lines(self.path, index):
                file.write(text)
        sync_folders([self.path.parent])
        self._lines, self._size = {}, 0
        for line in ordered:
            self._lines[line.scene] = replace(line, offset=self._size)
            self._size += line.length

    def _note(self, entry: JournalEntry, length: int) -> None:
        self._lines[entry.scene] = Line(entry.scene, *entry.frames, self._size, length)
        self._size += length


def _numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    if not path.exists():
        return
    with reading_errors(path), open(path, "rb") as file:
        yield from enumerate(file, start=1)


def _parsed(text: bytes) -> JournalEntry:
    """Return a line's entry; a line without its end was cut off, whatever it holds."""
    if not text.endswith(b"\n"):
        raise ValueError("it has no end")
    try:
        return JournalEntry.model_validate_json(text)
    except ValidationError as error:
        raise ValueError(str(error.errors(include_url=False)[0]["msg"])) from error


def _write_whole(file: RawIOBase, text: bytes) -> None:
    # a disk that is nearly full takes a part and refuses only the next write
    view = memoryview(text)
    while view:
        view = view[file.write(view) or 0 :]
