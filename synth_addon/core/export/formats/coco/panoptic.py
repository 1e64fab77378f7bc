"""COCO's panoptic segmentation of one part: every pixel belongs to exactly one segment.

https://cocodataset.org/#format-data. A segment's id is R + 256 G + 65536 B of its pixels. Things
have their instance id; all other pixels are one segment of stuff, whose class follows the
things'. Ids of segments are unique in one image.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ....annotation import Box, box_of_mask
from ....dataset.info import Category
from ....writers.images import encode_rgb, read_rgb
from ...source import ExportFrame, ExportSource
from .file import Item, coco_file, read_items
from .instances import AddFrame, image_item, shown_objects

BACKGROUND = "background"
BACKGROUND_SEGMENT = 65536
"""Above every instance id, which has 16 bits."""


@contextmanager
def panoptic_file(path: Path, source: ExportSource) -> Iterator[AddFrame]:
    """Write a panoptic file, complete once the context is left; yield what adds a frame.

    The segments' images lie in a folder beside it that is named as the file is.

    Raises:
        OSError: writing fails.
    """
    folder = path.with_suffix("")
    folder.mkdir(parents=True)
    stuff = len(source.categories) + 1
    with coco_file(path, panoptic_categories(source.categories)) as file:

        def add(frame: ExportFrame) -> None:
            classes = {shown.instance_id: source.class_id(shown) for shown in shown_objects(frame)}
            segments = _segments(frame.dataset.instances(frame.number), classes)
            name = f"{frame.name}.png"
            (folder / name).write_bytes(encode_rgb(_colors(segments)))
            file.images.add(image_item(frame))
            file.annotations.add(
                {
                    "image_id": frame.number + 1,
                    "file_name": name,
                    "segments_info": [
                        {
                            "id": number,
                            "category_id": classes.get(number, stuff),
                            "area": area,
                            "bbox": box,
                            "iscrowd": 0,
                        }
                        for number, area, box in _measured(segments)
                    ],
                }
            )

        yield add


def panoptic_categories(categories: tuple[Category, ...]) -> list[Item]:
    """Return the classes of things, then that of all the rest."""
    listed = [(category.id, category.name, 1) for category in categories]
    listed.append((len(categories) + 1, BACKGROUND, 0))
    return [
        {"id": number, "name": name, "supercategory": "", "isthing": thing}
        for number, name, thing in listed
    ]


def panoptic_problems(
    path: Path, categories: tuple[Category, ...], images: Mapping[int, tuple[int, int]]
) -> Iterator[str]:
    """Yield one line for each promise that a panoptic file breaks.

    Args:
        images: (width, height) of the part's images by their ids.
    """
    if list(read_items(path, "categories")) != panoptic_categories(categories):
        yield f"{path.name}: the categories are not those of the export"
    if {item["id"] for item in read_items(path, "images")} != set(images):
        yield f"{path.name}: the images are not those of the instances"
    described = set()
    for item in read_items(path, "annotations"):
        where = f"{path.name}, image {item['image_id']}"
        described.add(item["image_id"])
        picture = path.with_suffix("") / item["file_name"]
        if item["image_id"] not in images:
            yield f"{where}: there is no such image"
        elif not picture.is_file():
            yield f"{where}: {item['file_name']} is missing"
        else:
            yield from _segment_problems(
                where, item["segments_info"], read_rgb(picture), images[item["image_id"]]
            )
        if any(not 1 <= one["category_id"] <= len(categories) + 1 for one in item["segments_info"]):
            yield f"{where}: a category is unknown"
    if described != set(images):
        yield f"{path.name}: images lack segments"


def _segment_problems(
    where: str, listed: list[Item], colors: NDArray[np.uint8], size: tuple[int, int]
) -> Iterator[str]:
    if colors.shape[1::-1] != size:
        yield f"{where}: the segments' image is {colors.shape[1::-1]}, the image {size}"
    found = {number: (area, box) for number, area, box in _measured(_numbers(colors))}
    if set(found) != {item["id"] for item in listed} or len(listed) != len(found):
        yield f"{where}: the listed segments are not those of the image"
    for item in listed:
        area, box = found.get(item["id"], (item["area"], tuple(item["bbox"])))
        if (item["area"], tuple(item["bbox"])) != (area, box):
            yield f"{where}, segment {item['id']}: area or box is not that of its pixels"


def _segments(ids: NDArray[np.uint16], kept: Mapping[int, int]) -> NDArray[np.uint32]:
    """Return the segment of each pixel (H, W): objects that are not kept are background."""
    number_of = np.full(BACKGROUND_SEGMENT, BACKGROUND_SEGMENT, np.uint32)
    number_of[list(kept)] = list(kept)
    return number_of[ids]


def _measured(segments: NDArray[np.uint32]) -> Iterator[tuple[int, int, Box]]:
    """Yield number, pixel count and tight box of each segment that has pixels."""
    for number in np.unique(segments).tolist():
        mask = segments == number
        box = box_of_mask(mask)
        assert box is not None
        yield number, int(mask.sum()), box


def _colors(segments: NDArray[np.uint32]) -> NDArray[np.uint8]:
    channels = [(segments >> shift & 255).astype(np.uint8) for shift in (0, 8, 16)]
    return np.stack(channels, axis=-1)


def _numbers(colors: NDArray[np.uint8]) -> NDArray[np.uint32]:
    red, green, blue = np.moveaxis(colors.astype(np.uint32), -1, 0)
    numbers: NDArray[np.uint32] = red | green << 8 | blue << 16
    return numbers
