"""The layout of PASCAL VOC 2012: pictures, XML, lists of frames, and maps in a palette.

http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/, and for the flags the guidelines
(http://host.robots.ox.ac.uk/pascal/VOC/voc2009/guidelines.html). What this export decides:

* Pictures stay PNG, ``JPEGImages/NAME.png``: JPEG would change pixels. The XML's ``filename`` says
  so; a reader that appends .jpg by itself, such as torchvision's, has to be told.
* Boxes are those of the visible pixels, counted from 1 and inclusive.
* ``truncated``: any part of the silhouette is outside the picture. ``occluded``: more than 5 % of
  what is inside is hidden. No object is ``difficult``.
* ``classes.txt``: line N names class N, first as in the names of lists, then as JSON text.
* ``SegmentationClass`` holds N, ``SegmentationObject`` the object's place in the XML, both from 1.
  0 is all else, also objects that the filter has left out. Masks are exact, so that nothing is void
  (255).
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ....errors import DatasetError, UsageError
from ...format import FormatOption, Options
from ...placing import place_file
from ...record import ExportRecord
from ...source import ExportSource
from ...splits import Shares
from .checks import frame_problems
from .description import description
from .lists import (
    CLASSES,
    MAIN,
    SEGMENTATION,
    append_frames,
    classes_text,
    is_same,
    lines_of,
    list_names,
    list_problems,
)
from .maps import MAPS, MOST, write_maps

_BATCH = 1000
"""Frames whose classes are kept until they are appended to the classes' lists."""
_NOT_IN_XML = re.compile("[\x00-\x1f\ufffe\uffff]")


class Voc:
    """See the module."""

    summary = "PASCAL VOC 2012: XML per picture, lists per class, maps in a palette"
    options: Mapping[str, FormatOption] = {
        "segmentation": FormatOption(True, "whether to write SegmentationClass and -Object")
    }
    shares: Shares = {"train": 0.8, "val": 0.2}

    def write(self, source: ExportSource, folder: Path, options: Options) -> None:
        segmentation = bool(options["segmentation"])
        _check(source, segmentation)
        names = [category.name for category in source.categories]
        files = list_names(names, source.part_names)
        (folder / CLASSES).write_text(classes_text(files), "utf-8")
        for place in ("Annotations", MAIN, *((*MAPS, SEGMENTATION) if segmentation else ())):
            (folder / place).mkdir(parents=True, exist_ok=True)
        for part in source.part_names:
            _write_part(source, part, folder, segmentation, list(files))

    def problems(self, folder: Path, record: ExportRecord) -> Iterator[str]:
        segmentation = bool(record.options["segmentation"])
        names = [category.name for category in record.categories]
        files = list_names(names, tuple(record.counts))
        classes_file = folder / CLASSES
        if not classes_file.is_file() or classes_file.read_text("utf-8") != classes_text(files):
            yield f"{CLASSES}: is not the list of the export's classes"
        for part, counts in record.counts.items():
            if not (folder / MAIN / f"{part}.txt").is_file():
                yield f"{MAIN}/{part}.txt: is missing"
                continue
            frames = objects = 0
            shown_in: Counter[str] = Counter()
            for name in lines_of(folder / MAIN / f"{part}.txt"):
                frames += 1
                classes: list[str] = []
                yield from frame_problems(folder, name, names, segmentation, classes)
                objects += len(classes)
                shown_in.update(set(classes))
            if (frames, objects) != (counts.frames, counts.objects):
                yield (
                    f"{MAIN}/{part}.txt: {frames} frames with {objects} objects, the export has "
                    f"{counts.frames} with {counts.objects}"
                )
            for file, name in files.items():
                yield from list_problems(folder, part, f"{file}_{part}.txt", shown_in[name])
            if segmentation and not is_same(folder, MAIN, SEGMENTATION, part):
                yield f"{SEGMENTATION}/{part}.txt: is not the same as {MAIN}/{part}.txt"


def _check(source: ExportSource, segmentation: bool) -> None:
    source.filter.refuse_unseen("VOC")
    for category in source.categories:
        if _NOT_IN_XML.search(category.name):
            raise DatasetError(
                f"the class {category.name!r} has a character that XML cannot hold. "
                "Leave the class out with --class, or rename it in the recipe"
            )
    if segmentation and len(source.categories) > MOST:
        raise UsageError(
            f"the dataset has {len(source.categories)} classes, and SegmentationClass holds "
            f"{MOST}. Add --option segmentation=false, or name fewer with --class"
        )


def _write_part(
    source: ExportSource, part: str, folder: Path, segmentation: bool, files: Sequence[str]
) -> None:
    batch: list[tuple[str, set[int]]] = []
    for frame in source.frames(part):
        picture = folder / "JPEGImages" / f"{frame.name}.png"
        place_file(frame.image_file, picture, hardlink=source.hardlinks)
        tree = ET.ElementTree(description(frame, segmentation))
        tree.write(folder / "Annotations" / f"{frame.name}.xml", encoding="utf-8")
        if segmentation:
            write_maps(frame, source, folder)
        batch.append((frame.name, {source.class_id(shown) for shown in frame.objects}))
        if len(batch) == _BATCH:
            append_frames(folder, part, files, batch, segmentation)
            batch.clear()
    append_frames(folder, part, files, batch, segmentation)


FORMAT = Voc()
