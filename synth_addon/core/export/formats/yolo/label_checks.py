"""What a YOLO label file has to look like; the rules' source is named in `yolo_checks`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_ROUNDING = 1e-6
"""Corners are rounded, so the box around them may be wider than the picture by this share."""


@dataclass(frozen=True)
class LabelRules:
    """What decides whether a label is right.

    Attributes:
        classes: their count.
        keypoints: how many every line has, for the task pose.
    """

    task: str
    classes: int
    keypoints: int = 0


def label_problems(text: str, rules: LabelRules) -> Iterator[str]:
    """Yield one text for each fault in a label file, beginning with its line."""
    seen: dict[tuple[float, ...], int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"line {number}"
        try:
            row = tuple(map(float, line.split()))
        except ValueError:
            yield f"{where}: {line!r} is not all numbers"
            continue
        if row in seen:
            yield f"{where}: is the same as line {seen[row]}"
        seen.setdefault(row, number)
        if not (row[0].is_integer() and 0 <= row[0] < rules.classes):
            yield f"{where}: class {line.split()[0]} is not one of 0 to {rules.classes - 1}"
        yield from (f"{where}: {problem}" for problem in _value_problems(row[1:], rules))


def _value_problems(values: Sequence[float], rules: LabelRules) -> Iterator[str]:
    columns = len(values) + 1
    if rules.task == "segment":
        if columns < 7 or columns % 2 == 0:
            yield f"{columns} columns, a polygon has a class and at least 3 pairs"
            return
    elif columns != (expected := _columns(rules)):
        yield f"{columns} columns, the task {rules.task} has {expected}"
        return
    shares = values
    if rules.task == "obb":
        shares = _upright_box(values)
    elif rules.task == "pose":
        states = values[6::3]
        shares = [*values[:4], *values[4::3], *values[5::3]]
        if any(state not in (0, 1, 2) for state in states):
            yield "a keypoint's state is not 0, 1 or 2"
    wrong = [value for value in shares if not 0 <= value <= 1 + _ROUNDING]
    if wrong:
        yield f"{_plain(wrong[0])} is not within 0 to 1"


def _columns(rules: LabelRules) -> int:
    return {"detect": 5, "obb": 9, "pose": 5 + 3 * rules.keypoints}[rules.task]


def _upright_box(corners: Sequence[float]) -> list[float]:
    """Return middle and size of the box around corners, which is what Ultralytics looks at."""
    box = []
    for axis in (corners[::2], corners[1::2]):
        low, high = min(axis), max(axis)
        box += [(low + high) / 2, high - low]
    return box if all(map(math.isfinite, corners)) else [math.nan]


def _plain(value: float) -> str:
    return f"{value:.7g}"
