"""The journal's lines, one at a time: reading ten million needs the memory of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, ValidationError

from ..errors import DatasetError
from ..scene_spec import Spec, canonical_json
from .faults import reading_errors
from .scene_set import SceneSet

_HEAD = b'{"files":{'
_TAIL = re.compile(rb'\},"frames":\[(\d{1,18}),(\d{1,18})\],"scene":(\d{1,18})\}\n\Z')
_LONGEST_TAIL = 100
_BUFFER = 1 << 20


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


class Line(NamedTuple):
    """One line of a journal: what is needed of it without reading its list of files.

    Attributes:
        text: the whole line, with its end.
    """

    scene: int
    first_frame: int
    frame_count: int
    text: bytes

    @property
    def frame_range(self) -> range:
        """The scene's frame numbers."""
        return range(self.first_frame, self.first_frame + self.frame_count)


def walk_journal(path: Path, seen: SceneSet | None = None) -> Iterator[Line]:
    """Yield a journal's lines as they stand; a last line that was cut off is left out.

    What stands between a line's two ends is checked by `entry_of` only. An absent journal has none.

    Args:
        seen: gets the scenes.

    Raises:
        DatasetError: a line before the last is damaged, or a scene stands there twice.
    """
    if not path.exists():
        return
    seen = SceneSet() if seen is None else seen
    with reading_errors(path), open(path, "rb", buffering=_BUFFER) as file:
        for number, text in enumerate(file, start=1):
            try:
                line = _line_of(text)
            except ValueError as error:
                if not file.read(1):
                    return
                raise DatasetError(
                    f"{path}: line {number} is damaged ({error}). "
                    "Remove the line; `synth generate --resume` makes its scene again."
                ) from error
            if not seen.add(line.scene):
                raise DatasetError(
                    f"{path}: line {number} lists scene {line.scene} a second time. "
                    "Remove one of the two lines."
                )
            yield line


def entry_of(path: Path, text: bytes) -> JournalEntry:
    """Return the entry that a line of a journal holds.

    Raises:
        DatasetError: it is damaged.
    """
    try:
        return _entry_of(text)
    except ValueError as error:
        raise DatasetError(
            f"{path}: the line {_shortened(text)} is damaged ({error}). "
            "Remove the line; `synth generate --resume` makes its scene again."
        ) from error


def _line_of(text: bytes) -> Line:
    """Read a line's end alone where it is as this package writes it: a thirtieth of the time."""
    match = _TAIL.search(text, max(0, len(text) - _LONGEST_TAIL))
    if match is not None and text.startswith(_HEAD):
        return Line(int(match[3]), int(match[1]), int(match[2]), text)
    if not text.endswith(b"\n"):
        raise ValueError("it has no end")
    entry = _entry_of(text)
    return Line(entry.scene, *entry.frames, text)


def _entry_of(text: bytes) -> JournalEntry:
    try:
        return JournalEntry.model_validate_json(text)
    except ValidationError as error:
        raise ValueError(str(error.errors(include_url=False)[0]["msg"])) from error


def _shortened(text: bytes) -> str:
    return f"...{text[-40:].decode(errors='replace').rstrip()}"
