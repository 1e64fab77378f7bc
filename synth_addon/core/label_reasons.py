"""Says of every object of a frame how it is labelled, and why it is not."""

from __future__ import annotations

from .annotation import FrameAnnotation, ObjectAnnotation


def label_lines(annotation: FrameAnnotation) -> list[str]:
    """Return one line for each object of a frame, in the order of their instance ids."""
    return [f"{item.group} {item.instance_id}: {_reason(item)}" for item in annotation.objects]


def _reason(item: ObjectAnnotation) -> str:
    if not item.silhouette_pixels:
        return "no label, outside the picture"
    if not item.amodal_pixels:
        return "no label, just outside the picture"
    if not item.visible_pixels:
        return f"no label, hidden: none of {item.amodal_pixels} pixels is seen"
    seen = f"{_percent(item.visible_fraction)} seen, {item.visible_pixels} pixels"
    if item.category is None:
        return f"no label, a distractor ({seen})"
    return f"{item.category}, {seen}"


def _percent(share: float) -> str:
    """Return a share in percent that is 0 or 100 only when it is exactly that."""
    percent = round(100 * share)
    if 0 < share < 1:
        percent = min(99, max(1, percent))
    return f"{percent} %"
