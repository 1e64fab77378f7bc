"""Checks a YOLO export by the rules of Ultralytics' own checker.

They are those of ``check_det_dataset``, ``check_image`` and ``verify_image_label`` in
``ultralytics/data/utils.py`` of Ultralytics 8.4, without its tolerance of 1 %, which exports do
not need, and the counts that the export states.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ....errors import DatasetError
from ....writers.images import read_rgb
from ...record import ExportRecord
from .label_checks import LabelRules, label_problems
from .yaml import DATA_FILE, read_yaml

MIN_SIZE = 10
"""Ultralytics leaves out pictures with fewer pixels along a side."""


def yolo_problems(folder: Path, record: ExportRecord) -> Iterator[str]:
    """Yield one line for each promise that an export breaks."""
    if not (folder / DATA_FILE).is_file():
        yield f"{DATA_FILE}: is missing"
        return
    try:
        content = read_yaml((folder / DATA_FILE).read_text("utf-8"))
    except ValueError as error:
        yield f"{DATA_FILE}: cannot be read ({error})"
        return
    yield from _description_problems(content, record)
    rules = _rules(content, record)
    equal = content.get("equal_rows", {})
    for part in record.counts:
        missing = [kind for kind in ("images", "labels") if not (folder / kind / part).is_dir()]
        if missing:
            yield f"{missing[0]}/{part}: the folder is missing"
        else:
            yield from _part_problems(folder, part, record, rules, int(equal.get(part, 0)))


def _description_problems(content: dict[str, Any], record: ExportRecord) -> Iterator[str]:
    for part in dict.fromkeys(("train", "val", *record.counts)):
        if content.get(part) != f"images/{part}":
            yield f"{DATA_FILE}: {part} is {content.get(part)!r}, not images/{part}"
    if content.get("names") != {category.id - 1: category.name for category in record.categories}:
        yield f"{DATA_FILE}: names are not the export's classes"
    if record.options["task"] == "pose" and not _is_shape(content.get("kpt_shape")):
        yield f"{DATA_FILE}: kpt_shape is {content.get('kpt_shape')!r}, not [count, 3]"


def _is_shape(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and value[0] >= 1 and value[1] == 3


def _rules(content: dict[str, Any], record: ExportRecord) -> LabelRules:
    shape = content.get("kpt_shape")
    return LabelRules(
        task=str(record.options["task"]),
        classes=len(record.categories),
        keypoints=shape[0] if _is_shape(shape) and isinstance(shape, list) else 0,
    )


def _part_problems(
    folder: Path, part: str, record: ExportRecord, rules: LabelRules, equal: int
) -> Iterator[str]:
    frames = objects = 0
    for picture in _files(folder / "images" / part):
        frames += 1
        yield from _picture_problems(picture, f"images/{part}/{picture.name}")
        label, name = _partner(folder, "labels", part, picture, ".txt")
        if not label.is_file():
            yield f"{name}: is missing"
            continue
        text = label.read_text("utf-8")
        objects += sum(bool(line.strip()) for line in text.split("\n"))
        yield from (f"{name}, {problem}" for problem in label_problems(text, rules))
    for label in _files(folder / "labels" / part):
        picture, name = _partner(folder, "images", part, label, ".png")
        if not picture.is_file():
            yield f"{name}: is missing"
    counts = record.counts[part]
    if frames != counts.frames:
        yield f"images/{part}: {frames} pictures, the export has {counts.frames}"
    if objects + equal != counts.objects:
        yield f"labels/{part}: {objects + equal} objects, the export has {counts.objects}"


def _picture_problems(path: Path, name: str) -> Iterator[str]:
    try:
        height, width, _ = read_rgb(path).shape
    except DatasetError:
        yield f"{name}: cannot be read as a picture"
        return
    if min(height, width) < MIN_SIZE:
        yield f"{name}: {width} x {height} pixels, Ultralytics leaves out what is below {MIN_SIZE}"


def _partner(folder: Path, kind: str, part: str, of: Path, suffix: str) -> tuple[Path, str]:
    """Return the label of a picture or the other way round, and its path in the export."""
    name = f"{kind}/{part}/{of.stem}{suffix}"
    return folder / name, name


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder one by one, in any order."""
    with os.scandir(folder) as entries:
        for entry in entries:
            yield Path(entry.path)
