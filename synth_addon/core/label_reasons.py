"""Says of every object of a frame how it is labelled, and why it is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .annotation import FrameAnnotation, ObjectAnnotation

_LABELLED = "{category}, {percent} seen, {visible} pixels"
_DISTRACTOR = "no label, a distractor ({percent} seen, {visible} pixels)"
_HIDDEN = "no label, hidden: none of {amodal} pixels is seen"
_JUST_OUTSIDE = "no label, just outside the picture"
_OUTSIDE = "no label, outside the picture"
REASONS = (_LABELLED, _DISTRACTOR, _HIDDEN, _JUST_OUTSIDE, _OUTSIDE)
"""All sentences that can be said, with braces where values go."""


@dataclass(frozen=True)
class LabelReason:
    """What is said of one object.

    Attributes:
        name: of its group, and its instance id.
        sentence: one of `REASONS`.
        values: what goes into its braces.
    """

    name: str
    sentence: str
    values: Mapping[str, Any]

    @property
    def has_label(self) -> bool:
        """Whether the object has a label."""
        return self.sentence == _LABELLED

    def __str__(self) -> str:
        return f"{self.name}: {self.sentence.format(**self.values)}"


def label_reasons(annotation: FrameAnnotation) -> list[LabelReason]:
    """Return what is to be said of each object of a frame, in the order of their instance ids."""
    return [
        LabelReason(f"{item.group} {item.instance_id}", _sentence(item), _values(item))
        for item in annotation.objects
    ]


def _sentence(item: ObjectAnnotation) -> str:
    if not item.silhouette_pixels:
        return _OUTSIDE
    if not item.amodal_pixels:
        return _JUST_OUTSIDE
    if not item.visible_pixels:
        return _HIDDEN
    return _DISTRACTOR if item.category is None else _LABELLED


def _values(item: ObjectAnnotation) -> Mapping[str, Any]:
    return {
        "category": item.category,
        "percent": _percent(item.visible_fraction),
        "visible": item.visible_pixels,
        "amodal": item.amodal_pixels,
    }


def _percent(share: float) -> str:
    """Return a share in percent that is 0 or 100 only when it is exactly that."""
    percent = round(100 * share)
    if 0 < share < 1:
        percent = min(99, max(1, percent))
    return f"{percent} %"
