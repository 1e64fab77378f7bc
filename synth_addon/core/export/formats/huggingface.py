"""An image folder as Hugging Face's ``datasets`` loads it: pictures beside a metadata.jsonl.

https://huggingface.co/docs/datasets/image_dataset#imagefolder. Boxes are COCO's [x, y, width,
height] in pixels, categories count from 0 in the order of classes.txt.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..format import FormatOption, Options
from ..placing import place_file
from ..record import ExportRecord
from ..source import ExportFrame, ExportSource
from ..splits import Shares

METADATA = "metadata.jsonl"
CLASSES = "classes.txt"


class HuggingFace:
    """See the module."""

    summary = "image folder with metadata.jsonl, for Hugging Face's datasets"
    options: Mapping[str, FormatOption] = {}
    shares: Shares = {"train": 1.0}

    def write(self, source: ExportSource, folder: Path, options: Options) -> None:
        source.filter.refuse_unseen("Hugging Face's image folder")
        names = [category.name for category in source.categories]
        (folder / CLASSES).write_text("".join(f"{name}\n" for name in names), "utf-8")
        for part in source.part_names:
            (folder / part).mkdir()
            with (folder / part / METADATA).open("w", encoding="utf-8") as file:
                for frame in source.frames(part):
                    picture = f"{frame.name}.png"
                    place_file(frame.image_file, folder / part / picture, hardlink=source.hardlinks)
                    line = {"file_name": picture, **_record(frame, source)}
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def problems(self, folder: Path, record: ExportRecord) -> Iterator[str]:
        for part, counts in record.counts.items():
            listed = []
            for number, line in enumerate(_lines(folder / part / METADATA), start=1):
                where = f"{part}/{METADATA}, line {number}"
                listed.append(line["file_name"])
                if not (folder / part / line["file_name"]).is_file():
                    yield f"{where}: {line['file_name']} is missing"
                classes = line["objects"]["category"]
                if any(not 0 <= number < len(record.categories) for number in classes):
                    yield f"{where}: a category is not among the classes"
                for box in line["objects"]["bbox"]:
                    if not _is_inside(box, line["width"], line["height"]):
                        yield f"{where}: the box {box} is not inside the picture"
            if len(listed) != counts.frames:
                yield f"{part}/{METADATA}: {len(listed)} frames, the export has {counts.frames}"


def _record(frame: ExportFrame, source: ExportSource) -> dict[str, Any]:
    annotation, objects = frame.annotation, frame.objects
    return {
        "frame": frame.number,
        "scene": annotation.scene,
        "view": annotation.view,
        "width": annotation.width,
        "height": annotation.height,
        "camera_matrix": annotation.camera_matrix,
        "world_from_camera": annotation.world_from_camera,
        "objects": {
            "id": [shown.instance_id for shown in objects],
            "bbox": [shown.visible_box for shown in objects],
            "category": [source.class_id(shown) - 1 for shown in objects],
            "area": [shown.visible_pixels for shown in objects],
            "visible_fraction": [shown.visible_fraction for shown in objects],
            "camera_from_object": [shown.camera_from_object for shown in objects],
        },
    }


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _is_inside(box: list[float], width: int, height: int) -> bool:
    x, y, w, h = box
    return w > 0 and h > 0 and x >= 0 and y >= 0 and x + w <= width and y + h <= height


FORMAT = HuggingFace()
