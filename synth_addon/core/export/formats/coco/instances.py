"""COCO's instance annotations of one part: what the file says of a frame and of its objects.

https://cocodataset.org/#format-data. An image's id is its frame's number + 1; box, area and
segmentation are those of the visible mask. Objects that no pixel shows are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....annotation import ObjectAnnotation, Rle, decode_mask
from ...source import ExportFrame, ExportSource
from .file import Item, coco_file
from .keypoints import keypoint_items
from .polygons import mask_polygons

AddFrame = Callable[[ExportFrame], None]


@dataclass(frozen=True)
class InstanceChoices:
    """What an instances file holds beside what it must.

    Attributes:
        polygons: segmentations are polygons, not compressed run-length codes.
        keypoints: classes and annotations have keypoints.
        extended: annotations have values under Synth's own names.
    """

    polygons: bool
    keypoints: bool
    extended: bool


@contextmanager
def instances_file(
    path: Path, source: ExportSource, ids: Iterator[int], choices: InstanceChoices
) -> Iterator[AddFrame]:
    """Write an instances file, complete once the context is left; yield what adds a frame.

    Args:
        ids: of the annotations.

    Raises:
        OSError: writing fails.
    """
    names = {
        category.id: source.keypoint_names(category.name) if choices.keypoints else ()
        for category in source.categories
    }
    with coco_file(path, _categories(source, names)) as file:

        def add(frame: ExportFrame) -> None:
            file.images.add(image_item(frame))
            for shown in shown_objects(frame):
                item = _annotation(next(ids), frame, source.class_id(shown), shown, choices)
                if names[item["category_id"]]:
                    item |= keypoint_items(shown.keypoints, names[item["category_id"]])
                file.annotations.add(item)

        yield add


def shown_objects(frame: ExportFrame) -> list[ObjectAnnotation]:
    """Return the objects that COCO can hold: it knows none without pixels."""
    return [shown for shown in frame.objects if shown.visible_mask is not None]


def image_item(frame: ExportFrame) -> Item:
    """Return what COCO's files say of a frame; its file name is relative to its part's folder."""
    annotation = frame.annotation
    return {
        "id": frame.number + 1,
        "file_name": f"{frame.name}.png",
        "width": annotation.width,
        "height": annotation.height,
        "scene": annotation.scene,
        "view": annotation.view,
    }


def _categories(source: ExportSource, names: dict[int, tuple[str, ...]]) -> Iterator[Item]:
    for category in source.categories:
        item = {"id": category.id, "name": category.name, "supercategory": ""}
        if names[category.id]:
            item |= {"keypoints": names[category.id], "skeleton": []}
        yield item


def _annotation(
    number: int,
    frame: ExportFrame,
    category: int,
    shown: ObjectAnnotation,
    choices: InstanceChoices,
) -> Item:
    item = {
        "id": number,
        "image_id": frame.number + 1,
        "category_id": category,
        "bbox": shown.visible_box,
        "area": shown.visible_pixels,
        "segmentation": _segmentation(shown.visible_mask, polygons=choices.polygons),
        "iscrowd": 0,
    }
    if choices.extended:
        item |= {
            "instance_id": shown.instance_id,
            "visible_fraction": shown.visible_fraction,
            "truncation_fraction": shown.truncation_fraction,
            "bbox_amodal": shown.amodal_box,
            "segmentation_amodal": _segmentation(shown.amodal_mask, polygons=choices.polygons),
        }
    return item


def _segmentation(mask: Rle | None, *, polygons: bool) -> Any:
    if mask is None:
        return None
    if polygons:
        return mask_polygons(decode_mask(mask))
    return {"size": mask.size, "counts": mask.counts}
