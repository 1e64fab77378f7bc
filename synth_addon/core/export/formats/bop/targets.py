"""Lists of what to find in the images of test parts.

``test_targets_bop19.json`` (localization) counts the instances of each object that are at least a
tenth visible, as the toolkit's enumerate_test_targets.py does; ``test_targets_bop24.json``
(detection) names all images, as its lists of detection targets do. One target is one line, so
that files of any length are written and read with little memory.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from .files import DETECTION_TARGETS, LOCALIZATION_TARGETS, compact, is_test

LEAST_VISIBLE = 0.1
"""Visible fraction of an instance that counts."""

Target = dict[str, int]
ByImage = Mapping[str, Sequence[Mapping[str, Any]]]


def localization_targets(scene: int, poses: ByImage, infos: ByImage) -> Iterator[Target]:
    """Yield the targets of a scene from its ``scene_gt.json`` and ``scene_gt_info.json``."""
    for image in poses:
        counts = Counter(
            pose["obj_id"]
            for pose, info in zip(poses[image], infos[image], strict=True)
            if info["visib_fract"] >= LEAST_VISIBLE
        )
        for obj_id, count in sorted(counts.items()):
            yield {"im_id": int(image), "inst_count": count, "obj_id": obj_id, "scene_id": scene}


def detection_targets(scene: int, poses: ByImage) -> Iterator[Target]:
    """Yield the images of a scene."""
    for image in poses:
        yield {"im_id": int(image), "scene_id": scene}


class TargetLists:
    """Both files while they are written; there are none without a test part."""

    def __init__(self, folder: Path, parts: Iterable[str]) -> None:
        self._folder = folder
        self._wanted = any(map(is_test, parts))
        self._stack = ExitStack()

    def __enter__(self) -> TargetLists:
        if self._wanted:
            self._localization = self._stack.enter_context(
                _JsonList(self._folder / LOCALIZATION_TARGETS)
            )
            self._detection = self._stack.enter_context(_JsonList(self._folder / DETECTION_TARGETS))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, part: str, scene: int, poses: ByImage, infos: ByImage) -> None:
        """Add the targets of a scene, if it is one to test on."""
        if is_test(part):
            self._localization.write(localization_targets(scene, poses, infos))
            self._detection.write(detection_targets(scene, poses))


def read_targets(path: Path) -> Iterator[Target]:
    """Yield the targets of a file, one at a time.

    Raises:
        OSError: it cannot be read.
        ValueError: a line is no target.
    """
    with path.open(encoding="utf-8") as file:
        for line in file:
            text = line.strip().rstrip(",")
            if text not in ("[", "]"):
                yield json.loads(text)


class _JsonList:
    """A JSON list that is written item by item, each in a line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._count = 0

    def __enter__(self) -> _JsonList:
        self._file: IO[str] = self._path.open("w", encoding="utf-8")
        self._file.write("[")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._file as file:
            if kind is None:
                file.write("\n]\n")

    def write(self, items: Iterable[Target]) -> None:
        for item in items:
            self._file.write(",\n  " if self._count else "\n  ")
            self._file.write(compact(item))
            self._count += 1
