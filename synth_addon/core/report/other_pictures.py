"""What a dataset is compared with: another dataset, a COCO file or a folder of pictures."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..dataset.faults import reading_errors
from ..dataset.info import read_info
from ..dataset.layout import INFO_FILE
from ..dataset.reading import open_dataset
from ..errors import DatasetError, UsageError
from ..pictures.contact_sheet import spread_evenly
from .gathering import gather
from .histograms import Histogram
from .object_statistics import BOX_SIZE, box_size
from .picture_statistics import PictureStatistics, measure_picture

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})


@dataclass
class OtherStatistics:
    """What is known of the other side.

    Attributes:
        name, kind: of the other side, for people.
        files: how many pictures it has.
        unreadable: measured pictures that could not be read.
        box_size: see `BOX_SIZE`; None where there are no boxes.
        classes: objects by class; None where that is not known.
    """

    name: str
    kind: str
    files: int = 0
    pictures: PictureStatistics = field(default_factory=PictureStatistics)
    unreadable: int = 0
    box_size: Histogram | None = None
    classes: Counter[str] | None = None


def gather_other(place: Path, pictures: int, images: Path | None = None) -> OtherStatistics:
    """Gather what can be compared.

    Args:
        place: a dataset's folder, a COCO file, or a folder of pictures, which may hold folders.
        pictures: how many pictures are decoded at most, evenly spread.
        images: where the pictures of a COCO file lie; without it the usual places are looked at.

    Raises:
        UsageError: it is none of these, or no picture can be read.
        DatasetError: it is a dataset or COCO file, and is damaged.
    """
    if place.is_file():
        return _of_coco(place, pictures, images)
    if images is not None:
        raise UsageError(f"--compare-images {images}: is of use only with a COCO file")
    if (place / INFO_FILE).is_file():
        return _of_dataset(place, pictures)
    if place.is_dir():
        return _of_folder(place, pictures)
    raise UsageError(
        f"--compare {place}: is not there. "
        "Give a dataset, a COCO .json file or a folder of pictures"
    )


def _of_dataset(place: Path, pictures: int) -> OtherStatistics:
    dataset = open_dataset(place)
    statistics = gather(dataset, pictures)
    if not statistics.objects.frames:
        raise DatasetError(f"--compare {place}: has no frames yet. Generate some first")
    name = str(read_info(place).recipe.get("name") or place.resolve().name)
    return OtherStatistics(
        name,
        "a Synth dataset",
        statistics.objects.frames,
        statistics.pictures,
        box_size=statistics.objects.box_size,
        classes=Counter({n: found.seen for n, found in statistics.objects.classes.items()}),
    )


def _of_folder(place: Path, pictures: int) -> OtherStatistics:
    files = sorted(_pictures_in(place))
    if not files:
        kinds = ", ".join(sorted(SUFFIXES))
        raise UsageError(
            f"--compare {place}: holds no pictures ({kinds}). "
            "Give a dataset, a COCO .json file or a folder of pictures"
        )
    other = OtherStatistics(place.resolve().name, "a folder of pictures", len(files))
    _measure(other, files, pictures, place)
    return other


def _pictures_in(place: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(place):
        for name in names:
            if Path(name).suffix.lower() in SUFFIXES and not name.startswith("."):
                yield Path(folder) / name


def _of_coco(place: Path, pictures: int, images: Path | None) -> OtherStatistics:
    """Read a COCO file (https://cocodataset.org/#format-data); it is held in memory as a whole."""
    with reading_errors(place):
        text = place.read_bytes()
    try:
        data: Any = json.loads(text)
        listed = {entry["id"]: entry for entry in data["images"]}
        other = OtherStatistics(place.name, "a COCO file", len(listed))
        _add_annotations(other, data, listed)
        names = sorted(str(entry["file_name"]) for entry in listed.values())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"--compare {place}: is no COCO file ({type(error).__name__}: {error}). "
            "Give a dataset, a COCO .json file or a folder of pictures"
        ) from error
    if not names:
        raise UsageError(f"--compare {place}: lists no pictures")
    folder = images or _image_folder(place, names)
    _measure(other, [folder / name for name in names], pictures, place)
    return other


def _add_annotations(other: OtherStatistics, data: Any, listed: dict[Any, Any]) -> None:
    names = {entry["id"]: str(entry["name"]) for entry in data["categories"]}
    other.box_size, other.classes = Histogram(BOX_SIZE), Counter(dict.fromkeys(names.values(), 0))
    for entry in data["annotations"]:
        image = listed[entry["image_id"]]
        _, _, width, height = entry["bbox"]
        across, down = width / image["width"], height / image["height"]
        if across > 0 and down > 0:
            other.box_size.add(box_size(across, down))
        other.classes[names[entry["category_id"]]] += 1


def _image_folder(place: Path, names: Sequence[str]) -> Path:
    stem = place.stem.rpartition("_")[2]
    parents = (place.parent, place.parent.parent)
    candidates = [parent / folder for parent in parents for folder in ("", "images", stem)]
    candidates += [parent / "images" / stem for parent in parents]
    for folder in candidates:
        if (folder / names[0]).is_file():
            return folder
    raise UsageError(
        f"--compare {place}: its picture {names[0]} was not found beside it. "
        "Name the folder with --compare-images DIR"
    )


def _measure(other: OtherStatistics, files: Sequence[Path], pictures: int, place: Path) -> None:
    reason = ""
    for index in spread_evenly(range(len(files)), pictures):
        try:
            measures = measure_picture(files[index])
        except DatasetError as error:
            other.unreadable += 1
            reason = reason or str(error)
        else:
            other.pictures.add(measures)
    if not other.pictures.count:
        raise UsageError(f"--compare {place}: no picture can be read. The first: {reason}")
