"""COCO's keypoints: [x, y, v] for each name of the class, in the order of the category.

COCO counts from the first pixel's centre (https://cocodataset.org/#format-data: "0-indexed
location"; detectron2 adds 0.5 on loading), so x and y are continuous pixels minus 0.5, rounded to
a thousandth. v is 2 where the point is seen and 1 where it is hidden behind any surface. Where it
is outside the image, or the object does not have it, all three are 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ....annotation import KeypointAnnotation
from .file import Item

_VISIBILITY = {"visible": 2, "hidden": 1}


def keypoint_items(points: Iterable[KeypointAnnotation], names: Sequence[str]) -> Item:
    """Return what an annotation says of an object's keypoints, where its class has `names`."""
    placed = {point.name: _triplet(point) for point in points}
    triplets = [placed.get(name, (0, 0, 0)) for name in names]
    return {
        "keypoints": [value for triplet in triplets for value in triplet],
        "num_keypoints": sum(v > 0 for _, _, v in triplets),
    }


def is_keypoint_list(item: Item, names: Sequence[str]) -> bool:
    """Tell whether an annotation's keypoints are what `keypoint_items` may return."""
    values = item["keypoints"]
    triplets = list(zip(values[0::3], values[1::3], values[2::3], strict=False))
    return (
        len(values) == 3 * len(names)
        and all(v in (1, 2) or (x, y, v) == (0, 0, 0) for x, y, v in triplets)
        and item["num_keypoints"] == sum(v > 0 for _, _, v in triplets)
    )


def _triplet(point: KeypointAnnotation) -> tuple[float, float, int]:
    if point.position_px is None or point.state == "outside":
        return 0, 0, 0
    x, y = (round(value - 0.5, 3) for value in point.position_px)
    return x, y, _VISIBILITY[point.state]
