"""Pictures, labels and data.yaml as Ultralytics' YOLO models are trained with.

The layout is that of https://docs.ultralytics.com/datasets/, for the tasks detect, segment, pose
and obb; what it leaves open is as Ultralytics 8.4 reads it (``check_det_dataset`` and
``verify_image_label`` in its ``ultralytics/data/utils.py``):

* Labels lie in ``labels/PART/NAME.txt``, one line per object. Numbers are shares of the picture's
  width and height from its top-left corner, and classes count from 0. A frame without objects has
  an empty file, which counts as background, as no file would.
* ``data.yaml`` names no ``path``: Ultralytics then takes the file's own folder, while a relative
  path would be looked for where Python was started.
* Rows that equal another of their frame are written once, because Ultralytics removes them;
  ``equal_rows`` in data.yaml counts them, and Ultralytics passes over it.
* ``flip_idx`` is not written, as nobody has said which keypoints are each other's mirror image, so
  Ultralytics does not mirror pictures of the task pose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ....errors import DatasetError, UsageError
from ...format import FormatOption, Options
from ...placing import place_file
from ...record import ExportRecord
from ...source import ExportFrame, ExportSource
from ...splits import Shares
from .checks import MIN_SIZE, yolo_problems
from .rows import RowValues, row_values, text_of
from .yaml import DATA_FILE, yaml_text

TASKS = ("detect", "segment", "pose", "obb")
PARTS = ("train", "val", "test")


class Yolo:
    """See the module."""

    summary = "pictures, labels and data.yaml, for Ultralytics' YOLO"
    options: Mapping[str, FormatOption] = {
        "task": FormatOption("detect", "what labels are for", TASKS)
    }
    shares: Shares = {"train": 0.8, "val": 0.2}

    def write(self, source: ExportSource, folder: Path, options: Options) -> None:
        _check(source)
        keypoints = _keypoint_names(source) if options["task"] == "pose" else ()
        values = row_values(str(options["task"]), keypoints)
        equal: Counter[str] = Counter()
        for part in source.part_names:
            for kind in ("images", "labels"):
                (folder / kind / part).mkdir(parents=True)
            for frame in source.frames(part):
                picture = folder / "images" / part / f"{frame.name}.png"
                place_file(frame.image_file, picture, hardlink=source.hardlinks)
                rows = _rows(frame, source, values)
                equal[part] += len(frame.objects) - len(rows)
                text = "".join(f"{row}\n" for row in rows)
                (folder / "labels" / part / f"{frame.name}.txt").write_text(text, "utf-8")
        text = yaml_text(_description(source, keypoints, +equal))
        (folder / DATA_FILE).write_text(text, "utf-8")

    def problems(self, folder: Path, record: ExportRecord) -> Iterator[str]:
        yield from yolo_problems(folder, record)


def _check(source: ExportSource) -> None:
    parts = source.part_names
    if not {"train", "val"} <= set(parts) <= set(PARTS):
        raise UsageError(
            f"--split with the parts {', '.join(parts)}: Ultralytics needs train and val, and "
            "knows test beside them. Write for example --split train=0.8,val=0.2"
        )
    source.filter.refuse_unseen("YOLO")
    if not source.categories:
        raise DatasetError("the dataset has no class, and Ultralytics needs one. Add a target")
    info = source.dataset.info
    if min(info.width, info.height) < MIN_SIZE:
        raise DatasetError(
            f"the pictures have {info.width} x {info.height} pixels, and Ultralytics leaves out "
            f"what is below {MIN_SIZE}. Generate with greater camera.width_px and height_px"
        )


def _keypoint_names(source: ExportSource) -> tuple[str, ...]:
    """Return the names of all classes' keypoints in the classes' order, each once."""
    names = (
        name for category in source.categories for name in source.keypoint_names(category.name)
    )
    unique = tuple(dict.fromkeys(names))
    if not unique:
        raise DatasetError(
            "--option task=pose: no class of the dataset has keypoints. Name some in the recipe "
            "under objects.NAME.keypoints and generate again, or export with another task"
        )
    return unique


def _rows(frame: ExportFrame, source: ExportSource, values: RowValues) -> list[str]:
    annotation = frame.annotation
    size = (annotation.width, annotation.height)
    rows = (text_of(source.class_id(shown) - 1, values(shown, size)) for shown in frame.objects)
    return list(dict.fromkeys(rows))


def _description(
    source: ExportSource, keypoints: tuple[str, ...], equal: Mapping[str, int]
) -> dict[str, Any]:
    content: dict[str, Any] = {part: f"images/{part}" for part in source.part_names}
    content["names"] = {category.id - 1: category.name for category in source.categories}
    if keypoints:
        content["kpt_shape"] = [len(keypoints), 3]
        content["kpt_names"] = {number: list(keypoints) for number in content["names"]}
    if equal:
        content["equal_rows"] = dict(equal)
    return content


FORMAT = Yolo()
