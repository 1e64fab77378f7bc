"""Where each finished scene stands in a journal, packed: 28 bytes a scene."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .faults import reading_errors
from .journal_lines import JournalEntry, entry_of, walk_journal
from .layout import MODEL_FOLDER

_MODELS = re.compile(rf'"({MODEL_FOLDER}/[^"]+)"'.encode())


@dataclass(frozen=True)
class JournalIndex:
    """The lines of a journal in the order of their scenes.

    Attributes:
        scenes: ascending, (N) int64.
        first_frames: of each scene, (N) int64.
        frame_counts: of each scene, (N) int32.
        offsets: where each line begins in the file, (N) int64.
        lengths: of each line in bytes, (N) int32.
        is_torn: whether a last line follows that was cut off while it was written.
    """

    scenes: NDArray[np.int64]
    first_frames: NDArray[np.int64]
    frame_counts: NDArray[np.int32]
    offsets: NDArray[np.int64]
    lengths: NDArray[np.int32]
    is_torn: bool

    def __len__(self) -> int:
        return int(self.scenes.size)

    def place(self, scene: int) -> int | None:
        """Return where in the arrays a scene stands; None where it is not finished."""
        place = int(np.searchsorted(self.scenes, scene))
        return place if place < len(self) and self.scenes[place] == scene else None

    def frame_range(self, place: int) -> range:
        """Return the frame numbers of the scene at a place."""
        first = int(self.first_frames[place])
        return range(first, first + int(self.frame_counts[place]))


def read_index(path: Path) -> JournalIndex:
    """Read where each scene's entry stands; an absent journal has none.

    Raises:
        DatasetError: a line before the last is damaged, or a scene stands there twice.
    """
    scenes, frames, offsets = array("q"), array("q"), array("q", [0])
    counts = array("i")
    for line in walk_journal(path):
        scenes.append(line.scene)
        frames.append(line.first_frame)
        counts.append(line.frame_count)
        offsets.append(offsets[-1] + len(line.text))
    numbers = np.frombuffer(scenes, np.int64)
    order = np.argsort(numbers, kind="stable")
    starts = np.frombuffer(offsets, np.int64)
    return JournalIndex(
        numbers[order],
        np.frombuffer(frames, np.int64)[order],
        np.frombuffer(counts, np.int32)[order],
        starts[:-1][order],
        np.diff(starts).astype(np.int32)[order],
        is_torn=path.exists() and path.stat().st_size > offsets[-1],
    )


def read_lines(path: Path, index: JournalIndex) -> Iterator[bytes]:
    """Yield the raw lines in the order of their scenes.

    Raises:
        DatasetError: the journal cannot be read.
    """
    if not len(index):
        return
    with reading_errors(path), open(path, "rb") as file:
        at = 0
        for offset, length in zip(index.offsets, index.lengths, strict=True):
            if offset != at:  # seeking throws away what was read ahead
                file.seek(offset)
            yield file.read(length)
            at = offset + length


def read_entries(path: Path, index: JournalIndex) -> Iterator[JournalEntry]:
    """Yield the entries in the order of their scenes, one at a time.

    Raises:
        DatasetError: the journal cannot be read, or a line is damaged.
    """
    for text in read_lines(path, index):
        yield entry_of(path, text)


def read_entry(path: Path, index: JournalIndex, place: int) -> JournalEntry:
    """Return the entry at a place of the index.

    Raises:
        DatasetError: the journal cannot be read, or the line is damaged.
    """
    with reading_errors(path), open(path, "rb", buffering=0) as file:
        file.seek(int(index.offsets[place]))
        return entry_of(path, file.read(int(index.lengths[place])))


def listed_models(path: Path) -> set[str]:
    """Return the paths of all meshes that finished scenes list.

    Raises:
        DatasetError: the journal cannot be read.
    """
    found: set[bytes] = set()
    for line in walk_journal(path):
        found.update(_MODELS.findall(line.text))
    return {model.decode() for model in found}
