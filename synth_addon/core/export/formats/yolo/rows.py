"""What one object's line of a YOLO label says behind its class."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import numpy as np

from ....annotation import Box, ObjectAnnotation, decode_mask
from ....transforms import Array
from ..coco.polygons import mask_polygons
from .polygon import joined
from .rectangle import smallest_rectangle

Size = tuple[int, int]
"""A picture's width and height in pixels."""
RowValues = Callable[[ObjectAnnotation, Size], Iterable[float]]
_DECIMALS = 7
"""Below a thousandth of a pixel in pictures of 10,000 pixels."""
_STATES = {"visible": 2, "hidden": 1}


def row_values(task: str, keypoints: Sequence[str]) -> RowValues:
    """Return what makes the numbers of visible objects' lines for a task.

    Args:
        keypoints: the names of all columns of keypoints, for the task pose.
    """
    makers: dict[str, RowValues] = {
        "detect": _box,
        "segment": _polygon,
        "pose": partial(_pose, keypoints),
        "obb": _turned_box,
    }
    return makers[task]


def text_of(class_index: int, values: Iterable[float]) -> str:
    """Return one line, without its end."""
    return " ".join([str(class_index), *map(_decimal, values)])


def _decimal(value: float) -> str:
    text = f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _box(shown: ObjectAnnotation, size: Size) -> Iterator[float]:
    x, y, w, h = _visible_box(shown)
    width, height = size
    yield from ((x + w / 2) / width, (y + h / 2) / height, w / width, h / height)


def _polygon(shown: ObjectAnnotation, size: Size) -> Iterator[float]:
    yield from _shares(joined(_outlines(shown)), size)


def _turned_box(shown: ObjectAnnotation, size: Size) -> Iterator[float]:
    points = np.concatenate(_outlines(shown))
    yield from _shares(smallest_rectangle(points, size), size)


def _pose(names: Sequence[str], shown: ObjectAnnotation, size: Size) -> Iterator[float]:
    yield from _box(shown, size)
    points = {point.name: point for point in shown.keypoints}
    for name in names:
        point = points.get(name)
        state = _STATES.get(point.state) if point else None
        if point is None or state is None or point.position_px is None:
            yield from (0, 0, 0)
        else:
            yield from (point.position_px[0] / size[0], point.position_px[1] / size[1], state)


def _outlines(shown: ObjectAnnotation) -> list[Array]:
    """Return the outlines (N, 2) of the parts of an object's visible mask, in pixels."""
    assert shown.visible_mask is not None
    polygons = mask_polygons(decode_mask(shown.visible_mask))
    return [np.reshape(polygon, (-1, 2)) for polygon in polygons]


def _visible_box(shown: ObjectAnnotation) -> Box:
    assert shown.visible_box is not None
    return shown.visible_box


def _shares(points: Array, size: Size) -> Iterator[float]:
    yield from (points / size).ravel().tolist()
