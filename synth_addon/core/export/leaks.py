"""Looks for scenes whose views went to more than one part of an export."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from .record import ExportRecord

_FRAME = re.compile(r"(\d{9})(?!\d)")


def leak_problems(folder: Path, record: ExportRecord) -> Iterator[str]:
    """Yield one line for each two parts that share scenes.

    Which part a frame belongs to is read from the names of files: those of frames in a folder that
    is called like a part, and the lines of PART.txt.
    """
    scenes = {part: _scenes(folder, part, record.views_per_scene) for part in record.counts}
    for one, other in combinations(scenes, 2):
        if shared := scenes[one] & scenes[other]:
            some = ", ".join(str(scene) for scene in sorted(shared)[:5])
            more = ", ..." if len(shared) > 5 else ""
            yield f"{one} and {other} share {len(shared)} scenes ({some}{more}): test data leaks"


def _scenes(folder: Path, part: str, views: int) -> set[int]:
    return {int(frame) // views for frame in _frames(folder, part)}


def _frames(folder: Path, part: str) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.name == f"{part}.txt":
            with path.open(encoding="utf-8") as lines:
                yield from (match[1] for line in lines if (match := _FRAME.match(line)))
        elif _is_in_part(path.relative_to(folder), part) and (match := _FRAME.match(path.name)):
            yield match[1]


def _is_in_part(path: Path, part: str) -> bool:
    return part in path.parts[:-1] and path.suffix in (".png", ".hdf5")
