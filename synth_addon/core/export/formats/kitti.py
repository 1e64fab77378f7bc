"""KITTI's object detection benchmark: a label of 15 columns and a calibration per picture.

The columns are those of the readme in the object development kit
(https://www.cvlibs.net/datasets/kitti/eval_object.php). What this export decides:

* **Pixels** are counted from the first one's centre, so the principal point in P0 to P3 is half a
  pixel less than in the dataset. The box left, top, right, bottom names the first and last pixels
  that show the object.
* **Camera.** There is one, and no laser: P0 to P3 are all K without a baseline, R0_rect and
  Tr_imu_to_velo are the identity, and Tr_velo_to_cam turns KITTI's laser axes (x forward, y left, z
  up) to the camera's (x right, y down, z forward) in the same place. Metres.
* **Pose.** KITTI's objects turn about the camera's vertical axis alone. rotation_y is that of the
  object's own x axis seen from above, along the camera's y (of its y axis where x points along it);
  height, width and length are the extents of the corners of the object's 3D box in that turned
  frame, and the location is the middle of its lower face. So the box encloses the object's 3D box
  as tightly as can be at that angle, but is larger where object or camera is tilted. alpha is
  rotation_y less the angle atan2(x, z) of the ray to the location.
* **Occlusion.** truncated is the share of the silhouette outside the picture. occluded counts what
  is hidden inside: 0 up to 5 %, 1 up to half, 2 beyond.
* **Classes** are one word: what separates words becomes ``_``, and names that meet get a number, as
  does DontCare, which KITTI keeps for itself. Each line of ``classes.txt`` holds the word and the
  class's name as JSON text.

Parts are lists of names, ``ImageSets/PART.txt``.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from ...annotation import FrameAnnotation, ObjectAnnotation
from ...errors import DatasetError
from ...transforms import Array
from ...writers.images import read_rgb
from ..format import FormatOption, Options
from ..placing import place_file
from ..record import ExportRecord
from ..source import ExportFrame, ExportSource
from ..splits import Shares

CLASSES = "classes.txt"
SETS = "ImageSets"
FOLDERS = {"image_2": ".png", "label_2": ".txt", "calib": ".txt"}
COLUMNS = 15
_RESERVED = "DontCare"
_CALIBRATION = {
    **dict.fromkeys(("P0", "P1", "P2", "P3"), 12),
    "R0_rect": 9,
    "Tr_velo_to_cam": 12,
    "Tr_imu_to_velo": 12,
}
_CAMERA_FROM_LASER = ((0, -1, 0, 0), (0, 0, -1, 0), (1, 0, 0, 0))
_VISIBLE = (0.95, 0.5)
"""Shares of the pixels inside the picture from which occluded is 0 and 1."""
_UPRIGHT = 1e-6
"""An axis whose level part is shorter points along the camera's y."""
_ROUNDING = 1e-5


class Kitti:
    """See the module."""

    summary = "KITTI object detection: 2D and 3D boxes, a calibration per picture"
    options: Mapping[str, FormatOption] = {}
    shares: Shares = {"train": 0.8, "val": 0.2}

    def write(self, source: ExportSource, folder: Path, options: Options) -> None:
        source.filter.refuse_unseen("KITTI")
        words = type_words([category.name for category in source.categories])
        (folder / CLASSES).write_text(_classes_text(words), "utf-8")
        for name in (*FOLDERS, SETS):
            (folder / name).mkdir()
        for part in source.part_names:
            with (folder / SETS / f"{part}.txt").open("w", encoding="utf-8") as listing:
                for frame in source.frames(part):
                    _write_frame(frame, source, folder, list(words))
                    listing.write(f"{frame.name}\n")

    def problems(self, folder: Path, record: ExportRecord) -> Iterator[str]:
        words = type_words([category.name for category in record.categories])
        path = folder / CLASSES
        if not path.is_file() or path.read_text("utf-8") != _classes_text(words):
            yield f"{CLASSES}: is not the list of the export's classes"
        for part, counts in record.counts.items():
            listing = f"{SETS}/{part}.txt"
            if not (folder / listing).is_file():
                yield f"{listing}: is missing"
                continue
            frames = objects = 0
            for name in _lines(folder / listing):
                frames += 1
                objects += sum(1 for _ in _lines(folder / "label_2" / f"{name}.txt"))
                yield from _frame_problems(folder, name, words)
            if (frames, objects) != (counts.frames, counts.objects):
                yield (
                    f"{listing}: {frames} frames with {objects} objects, the export has "
                    f"{counts.frames} with {counts.objects}"
                )
        expected = sum(counts.frames for counts in record.counts.values())
        for name in FOLDERS:
            found = _file_count(folder / name)
            if found != expected:
                yield f"{name}: {found} files, the export has {expected}"


def type_words(classes: Sequence[str]) -> dict[str, str]:
    """Return the classes by the words that stand for them in labels, in their order."""
    found: dict[str, str] = {}
    for name in classes:
        word = re.sub(r"\s", "_", name)
        number, candidate = 1, word
        while candidate in found or candidate == _RESERVED:
            number += 1
            candidate = f"{word}_{number}"
        found[candidate] = name
    return found


def upright_box(corners: ArrayLike, camera_from_object: ArrayLike) -> tuple[float, ...]:
    """Return height, width, length, x, y, z and rotation_y of an object's box, as KITTI counts.

    Args:
        corners: of its 3D box, (8, 3) metres in the camera frame.
        camera_from_object: its pose.
    """
    points: Array = np.asarray(corners, float)
    rotation = np.asarray(camera_from_object, float)[:3, :3]
    axis = rotation[:, 0] if math.hypot(*rotation[[0, 2], 0]) > _UPRIGHT else rotation[:, 1]
    angle = math.atan2(-axis[2], axis[0])
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]])  # rows: where length and width point, in x and z
    level = points[:, [0, 2]] @ turn.T
    low, high = level.min(axis=0), level.max(axis=0)
    x, z = (low + high) / 2 @ turn
    length, width = high - low
    height = float(np.ptp(points[:, 1]))
    bottom = float(points[:, 1].max())
    return height, float(width), float(length), float(x), bottom, float(z), angle


def _classes_text(words: Mapping[str, str]) -> str:
    lines = (f"{word} {json.dumps(name, ensure_ascii=False)}\n" for word, name in words.items())
    return "".join(lines)


def _write_frame(
    frame: ExportFrame, source: ExportSource, folder: Path, words: Sequence[str]
) -> None:
    picture = folder / "image_2" / f"{frame.name}.png"
    place_file(frame.image_file, picture, hardlink=source.hardlinks)
    lines = [_label(shown, words[source.class_id(shown) - 1]) for shown in frame.objects]
    (folder / "label_2" / f"{frame.name}.txt").write_text("".join(lines), "utf-8")
    calibration = _calibration(frame.annotation)
    (folder / "calib" / f"{frame.name}.txt").write_text(calibration, "utf-8")


def _label(shown: ObjectAnnotation, word: str) -> str:
    assert shown.visible_box is not None
    left, top, width, height = shown.visible_box
    *size_and_location, angle = upright_box(shown.box_3d.corners_camera, shown.camera_from_object)
    x, _, z = size_and_location[3:]
    alpha = math.remainder(angle - math.atan2(x, z), math.tau)
    box = (left, top, left + width - 1, top + height - 1)
    numbers = (alpha, *box, *size_and_location, angle)
    columns = (word, f"{shown.truncation_fraction:.6f}", str(_occluded(shown)))
    return " ".join([*columns, *(f"{number:.6f}" for number in numbers)]) + "\n"


def _occluded(shown: ObjectAnnotation) -> int:
    share = shown.visible_pixels / max(shown.amodal_pixels, 1)
    return sum(share < least for least in _VISIBLE)


def _calibration(annotation: FrameAnnotation) -> str:
    camera = np.zeros((3, 4))
    camera[:, :3] = annotation.camera_matrix
    camera[:2, 2] -= 0.5
    matrices: dict[str, ArrayLike] = {
        **dict.fromkeys(("P0", "P1", "P2", "P3"), camera),
        "R0_rect": np.eye(3),
        "Tr_velo_to_cam": _CAMERA_FROM_LASER,
        "Tr_imu_to_velo": np.eye(3, 4),
    }
    return "".join(
        f"{name}: {' '.join(f'{value:.12e}' for value in np.ravel(matrix))}\n"
        for name, matrix in matrices.items()
    )


def _frame_problems(folder: Path, name: str, words: Mapping[str, str]) -> Iterator[str]:
    picture, label, calibration = (f"{place}/{name}{end}" for place, end in FOLDERS.items())
    try:
        height, width, _ = read_rgb(folder / picture).shape
    except DatasetError:
        yield f"{picture}: is missing or cannot be read as a picture"
        return
    if (folder / label).is_file():
        for number, line in enumerate(_lines(folder / label), start=1):
            problems = _label_problems(line, words, (width, height))
            yield from (f"{label}, line {number}: {problem}" for problem in problems)
    else:
        yield f"{label}: is missing"
    if not (folder / calibration).is_file():
        yield f"{calibration}: is missing"
    elif _calibration_sizes(folder / calibration) != _CALIBRATION:
        yield f"{calibration}: is no calibration with {', '.join(_CALIBRATION)}"


def _label_problems(line: str, words: Mapping[str, str], size: tuple[int, int]) -> Iterator[str]:
    word, *texts = line.split(" ")
    if len(texts) != COLUMNS - 1:
        yield f"{len(texts) + 1} columns, KITTI has {COLUMNS}"
        return
    if word not in words:
        yield f"the type {word!r} is not in {CLASSES}"
    try:
        values = [float(text) for text in texts]
    except ValueError as error:
        yield f"a column is no number ({error})"
        return
    truncated, occluded, alpha, left, top, right, bottom, *box, angle = values
    if not 0 <= truncated <= 1:
        yield f"truncated is {truncated}, not 0 to 1"
    if occluded not in (0, 1, 2):
        yield f"occluded is {texts[1]}, not 0, 1 or 2"
    if not all(abs(turned) <= math.pi + _ROUNDING for turned in (alpha, angle)):
        yield f"alpha {alpha} or rotation_y {angle} is not within -pi to pi"
    if not (0 <= left <= right <= size[0] - 1 and 0 <= top <= bottom <= size[1] - 1):
        yield f"the box {left} {top} {right} {bottom} is not inside the picture"
    if not all(map(math.isfinite, box)) or min(box[:3]) < 0:
        yield f"dimensions and location {box} are not those of a box"


def _calibration_sizes(path: Path) -> dict[str, int]:
    """Return how many finite numbers each matrix has."""
    sizes = {}
    for line in _lines(path):
        name, _, values = line.partition(": ")
        try:
            sizes[name] = sum(math.isfinite(float(value)) for value in values.split(" "))
        except ValueError:
            sizes[name] = 0
    return sizes


def _file_count(folder: Path) -> int:
    if not folder.is_dir():
        return 0
    with os.scandir(folder) as entries:
        return sum(1 for _ in entries)


def _lines(path: Path) -> Iterator[str]:
    """Yield the lines of a file, none if it is missing."""
    if path.is_file():
        with path.open(encoding="utf-8", newline="\n") as file:
            yield from (line.rstrip("\n") for line in file)


FORMAT = Kitti()
