"""Checks an instances file of COCO and its images against what the export says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from pycocotools import mask as coco_mask

from ...record import ExportRecord
from .file import Item, read_items
from .keypoints import is_keypoint_list

Size = tuple[int, int]


class InstanceChecks:
    """Checks the parts of an export one after the other; annotation ids count through all.

    Attributes:
        images: (width, height) of the images of the part that was checked last, by their ids.
    """

    def __init__(self, record: ExportRecord) -> None:
        self.record = record
        self.images: dict[int, Size] = {}
        self._names: dict[int, list[str]] = {}
        self._last = 0

    def problems(self, path: Path, part: str, pictures: Path) -> Iterator[str]:
        """Yield one line for each promise that a part breaks.

        Args:
            path: its instances file.
            pictures: the folder of its images.
        """
        self.images = {}
        yield from self._category_problems(path)
        yield from self._image_problems(path, part, pictures)
        yield from self._annotation_problems(path, part)

    def _category_problems(self, path: Path) -> Iterator[str]:
        items = list(read_items(path, "categories"))
        self._names = {item["id"]: item.get("keypoints", []) for item in items}
        expected = [(category.id, category.name) for category in self.record.categories]
        if [(item["id"], item["name"]) for item in items] != expected:
            yield f"{path.name}: the categories are not those of the export"

    def _image_problems(self, path: Path, part: str, pictures: Path) -> Iterator[str]:
        listed = set()
        for item in read_items(path, "images"):
            where = f"{path.name}, image {item['id']}"
            if item["id"] in self.images:
                yield f"{where}: the id is not unique"
            if item["id"] < 1:
                yield f"{where}: the id is below 1"
            size = self.images[item["id"]] = (item["width"], item["height"])
            listed.add(item["file_name"])
            if not (pictures / item["file_name"]).is_file():
                yield f"{where}: {item['file_name']} is missing"
                continue
            with Image.open(pictures / item["file_name"]) as image:
                if image.size != size:
                    yield f"{where}: {item['file_name']} is {image.size}, not {size}"
        if len(self.images) != self.record.counts[part].frames:
            frames = self.record.counts[part].frames
            yield f"{path.name}: {len(self.images)} images, the export has {frames}"
        if pictures.is_dir():
            with os.scandir(pictures) as entries:
                for entry in entries:
                    if entry.name not in listed:
                        yield f"{path.name}: {part}/{entry.name} is not listed"

    def _annotation_problems(self, path: Path, part: str) -> Iterator[str]:
        count = 0
        for item in read_items(path, "annotations"):
            count += 1
            where = f"{path.name}, annotation {item['id']}"
            if item["id"] != self._last + 1:
                yield f"{where}: ids must count from 1 through all parts, {self._last + 1} is next"
            self._last = item["id"]
            if item["category_id"] not in self._names:
                yield f"{where}: category {item['category_id']} is unknown"
            elif not self._has_keypoints(item):
                yield f"{where}: the keypoints are not those of the category"
            if item["image_id"] not in self.images:
                yield f"{where}: image {item['image_id']} is unknown"
            else:
                yield from _mask_problems(where, item, self.images[item["image_id"]])
        objects = self.record.counts[part].objects
        # Objects that no pixel shows may be kept, but COCO cannot hold them.
        if count > objects or (count < objects and self.record.filter.min_area > 0):
            yield f"{path.name}: {count} annotations, the export has {objects}"

    def _has_keypoints(self, item: Item) -> bool:
        names = self._names[item["category_id"]]
        return is_keypoint_list(item, names) if names else "keypoints" not in item


def _mask_problems(where: str, item: Item, size: Size) -> Iterator[str]:
    width, height = size
    code = _run_lengths(item["segmentation"], width, height)
    if list(code["size"]) != [height, width]:
        yield f"{where}: the segmentation's size is {list(code['size'])}, not {[height, width]}"
        return
    if item["area"] != coco_mask.area(code):
        yield f"{where}: area {item['area']} is not the mask's, {coco_mask.area(code)}"
    if item["bbox"] != coco_mask.toBbox(code).tolist():
        yield f"{where}: bbox {item['bbox']} is not the mask's, {coco_mask.toBbox(code).tolist()}"


def _run_lengths(segmentation: Any, width: int, height: int) -> Any:
    """Return a segmentation as pycocotools' compressed run-length code."""
    if isinstance(segmentation, dict):
        return segmentation
    return coco_mask.merge(coco_mask.frPyObjects(segmentation, height, width))
