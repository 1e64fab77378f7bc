"""COCO instance annotations, written in one pass with the memory of one frame.

Only targets with at least one visible pixel are annotated; frames without any are still listed
as images. Beyond COCO's own keys, annotations carry values under Synth's names.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from ..annotation import FrameAnnotation, ObjectAnnotation, Rle
from ..dataset.atomic import atomic_file, make_folder, sync_folders
from ..dataset.info import Category
from ..dataset.layout import image_path

_INFO = {"description": "Synthetic images and annotations made by Synth", "version": "1"}


def write_coco(
    frames: Iterable[FrameAnnotation], categories: Iterable[Category], path: Path
) -> None:
    """Write the COCO file of `frames`, which must come in the order of their numbers.

    Image ids are frame numbers + 1, annotation ids count from 1 (some tools take 0 for nothing).
    The file appears whole or not at all. Every image and annotation is one line.

    Raises:
        StorageError: the disk is full or refuses.
    """
    make_folder(path.parent)
    with atomic_file(path) as file:
        stream_coco(frames, categories, file, path.parent)
    sync_folders([path.parent])


def stream_coco(
    frames: Iterable[FrameAnnotation],
    categories: Iterable[Category],
    file: IO[bytes],
    temporary_folder: Path | None = None,
) -> None:
    """Write what `write_coco` writes to an open file.

    COCO wants all images before all annotations; the latter wait in an unnamed temporary file.
    """
    listed = [{"id": category.id, "name": category.name} for category in categories]
    with tempfile.TemporaryFile(dir=temporary_folder, prefix=".tmp-") as annotations:
        file.write(b'{"info":' + _json(_INFO) + b',"licenses":[],\n"categories":[')
        _write_items(file, listed)
        file.write(b'],\n"images":[')
        _write_items(file, _images(frames, annotations))
        file.write(b'],\n"annotations":[')
        annotations.seek(0)
        shutil.copyfileobj(annotations, file)
        file.write(b"]}\n")


def _images(frames: Iterable[FrameAnnotation], annotations: IO[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the image records and write each frame's annotations on the way."""
    count = 0
    for frame in frames:
        yield _image(frame)
        for shown in frame.objects:
            if shown.role == "target" and shown.visible_pixels > 0:
                count += 1
                annotations.write(b",\n" if count > 1 else b"\n")
                annotations.write(_json(_annotation(count, frame, shown)))


def _image(frame: FrameAnnotation) -> dict[str, Any]:
    return {
        "id": frame.frame + 1,
        "file_name": image_path(frame.frame).removeprefix("images/"),
        "width": frame.width,
        "height": frame.height,
        "scene": frame.scene,
        "view": frame.view,
    }


def _annotation(number: int, frame: FrameAnnotation, shown: ObjectAnnotation) -> dict[str, Any]:
    return {
        "id": number,
        "image_id": frame.frame + 1,
        "category_id": shown.category_id,
        "bbox": shown.visible_box,
        "area": shown.visible_pixels,
        "segmentation": _segmentation(shown.visible_mask),
        "iscrowd": 0,
        "instance_id": shown.instance_id,
        "visible_fraction": shown.visible_fraction,
        "truncation_fraction": shown.truncation_fraction,
        "bbox_amodal": shown.amodal_box,
        "segmentation_amodal": _segmentation(shown.amodal_mask),
        "camera_from_object": shown.camera_from_object,
    }


def _segmentation(mask: Rle | None) -> dict[str, Any] | None:
    return None if mask is None else {"size": mask.size, "counts": mask.counts}


def _write_items(file: IO[bytes], items: Iterable[dict[str, Any]]) -> None:
    for index, item in enumerate(items):
        file.write(b",\n" if index else b"\n")
        file.write(_json(item))


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
