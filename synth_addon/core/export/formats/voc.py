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

import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path

import numpy as np
from PIL import Image

from ...annotation import ObjectAnnotation
from ...errors import DatasetError, UsageError
from ...writers.images import read_rgb
from ..format import FormatOption, Options
from ..placing import place_file
from ..record import ExportRecord
from ..source import ExportFrame, ExportSource
from ..splits import Shares

CLASSES = "classes.txt"
MAIN = "ImageSets/Main"
MAPS = ("SegmentationClass", "SegmentationObject")
MOST = 254
"""What a palette tells apart beside background (0) and void (255)."""
_HIDDEN = 0.05
_IDS = 1 << 16
_BATCH = 1000
"""Frames whose classes are kept until they are appended to the classes' lists."""
_FLAGS = ("truncated", "occluded", "difficult")
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
        (folder / CLASSES).write_text(_classes_text(files), "utf-8")
        for place in ("Annotations", MAIN, *((*MAPS, _sets(True)) if segmentation else ())):
            (folder / place).mkdir(parents=True, exist_ok=True)
        for part in source.part_names:
            _write_part(source, part, folder, segmentation, list(files))

    def problems(self, folder: Path, record: ExportRecord) -> Iterator[str]:
        segmentation = bool(record.options["segmentation"])
        names = [category.name for category in record.categories]
        files = list_names(names, tuple(record.counts))
        classes_file = folder / CLASSES
        if not classes_file.is_file() or classes_file.read_text("utf-8") != _classes_text(files):
            yield f"{CLASSES}: is not the list of the export's classes"
        for part, counts in record.counts.items():
            if not (folder / MAIN / f"{part}.txt").is_file():
                yield f"{MAIN}/{part}.txt: is missing"
                continue
            frames = objects = 0
            shown_in: Counter[str] = Counter()
            for name in _lines(folder / MAIN / f"{part}.txt"):
                frames += 1
                classes: list[str] = []
                yield from _frame_problems(folder, name, names, segmentation, classes)
                objects += len(classes)
                shown_in.update(set(classes))
            if (frames, objects) != (counts.frames, counts.objects):
                yield (
                    f"{MAIN}/{part}.txt: {frames} frames with {objects} objects, the export has "
                    f"{counts.frames} with {counts.objects}"
                )
            for file, name in files.items():
                yield from _list_problems(folder, part, f"{file}_{part}.txt", shown_in[name])
            if segmentation and not _same(folder, _sets(False), _sets(True), part):
                yield f"{_sets(True)}/{part}.txt: is not the same as {MAIN}/{part}.txt"


def list_names(classes: Sequence[str], parts: Sequence[str]) -> dict[str, str]:
    """Return the classes by names that files may have, in their order.

    Names of lists, NAME_PART.txt, then differ from each other and from PART.txt on any disk.
    """
    taken = {_as_on_disk(part) for part in parts}
    found: dict[str, str] = {}
    for name in classes:
        safe = re.sub(r"[^\w-]", "_", name)[:60]
        number, candidate = 1, safe
        while taken & (lists := {_as_on_disk(f"{candidate}_{part}") for part in parts}):
            number += 1
            candidate = f"{safe}_{number}"
        taken |= lists
        found[candidate] = name
    return found


def _classes_text(files: Mapping[str, str]) -> str:
    return "".join(
        f"{file} {json.dumps(name, ensure_ascii=False)}\n" for file, name in files.items()
    )


def colour_map() -> list[int]:
    """Return VOC's colours, red, green and blue of 0 to 255 in turn.

    The bits of a number go to the three colours in turn, lowest first, and there from the highest
    bit down, as the development kit's VOClabelcolormap says.
    """
    return [
        sum((number >> (3 * bit + colour) & 1) << (7 - bit) for bit in range(8))
        for number in range(256)
        for colour in range(3)
    ]


def _check(source: ExportSource, segmentation: bool) -> None:
    if source.filter.min_area < 1:
        raise UsageError("--min-area 0: VOC lists what is visible. Use 1 or more")
    for category in source.categories:
        if _NOT_IN_XML.search(category.name):
            raise DatasetError(
                f"the class {category.name!r} has a character that XML cannot hold. "
                "Leave the class out with --classes, or rename it in the recipe"
            )
    if segmentation and len(source.categories) > MOST:
        raise UsageError(
            f"the dataset has {len(source.categories)} classes, and SegmentationClass holds "
            f"{MOST}. Add --option segmentation=false, or name fewer with --classes"
        )


def _write_part(
    source: ExportSource, part: str, folder: Path, segmentation: bool, files: Sequence[str]
) -> None:
    batch: list[tuple[str, set[int]]] = []
    for frame in source.frames(part):
        picture = folder / "JPEGImages" / f"{frame.name}.png"
        place_file(frame.image_file, picture, hardlink=source.hardlinks)
        tree = ET.ElementTree(_description(frame, segmentation))
        tree.write(folder / "Annotations" / f"{frame.name}.xml", encoding="utf-8")
        if segmentation:
            _write_maps(frame, source, folder)
        batch.append((frame.name, {source.class_id(shown) for shown in frame.objects}))
        if len(batch) == _BATCH:
            _append(folder, part, files, batch, segmentation)
            batch.clear()
    _append(folder, part, files, batch, segmentation)


def _append(
    folder: Path,
    part: str,
    files: Sequence[str],
    batch: Sequence[tuple[str, set[int]]],
    segmentation: bool,
) -> None:
    """Append frames to the part's lists; files are opened in turn, as there may be many classes."""
    for place in {_sets(False), _sets(segmentation)}:
        _append_lines(folder / place / f"{part}.txt", (name for name, _ in batch))
    for number, file in enumerate(files, start=1):
        lines = (f"{name} {1 if number in shown else -1:2d}" for name, shown in batch)
        _append_lines(folder / MAIN / f"{file}_{part}.txt", lines)


def _append_lines(path: Path, lines: Iterable[str]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def _sets(segmentation: bool) -> str:
    return "ImageSets/Segmentation" if segmentation else MAIN


def _description(frame: ExportFrame, segmentation: bool) -> ET.Element:
    annotation = frame.annotation
    root = ET.Element("annotation")
    _add(root, {"folder": "VOC2012", "filename": f"{frame.name}.png"})
    _add(ET.SubElement(root, "source"), dict.fromkeys(("database", "annotation", "image"), "Synth"))
    size = {"width": annotation.width, "height": annotation.height, "depth": 3}
    _add(ET.SubElement(root, "size"), size)
    _add(root, {"segmented": int(segmentation)})
    for shown in frame.objects:
        _add_object(root, shown)
    ET.indent(root, "\t")
    return root


def _add_object(root: ET.Element, shown: ObjectAnnotation) -> None:
    assert shown.visible_box is not None
    x, y, w, h = map(int, shown.visible_box)
    hidden = 1 - shown.visible_pixels / max(shown.amodal_pixels, 1)
    element = ET.SubElement(root, "object")
    _add(
        element,
        {
            "name": shown.category,
            "pose": "Unspecified",
            "truncated": int(shown.truncation_fraction > 0),
            "occluded": int(hidden > _HIDDEN),
        },
    )
    box = {"xmin": x + 1, "ymin": y + 1, "xmax": x + w, "ymax": y + h}
    _add(ET.SubElement(element, "bndbox"), box)
    _add(element, {"difficult": 0})


def _add(parent: ET.Element, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        ET.SubElement(parent, name).text = str(value)


def _write_maps(frame: ExportFrame, source: ExportSource, folder: Path) -> None:
    if len(frame.objects) > MOST:
        raise UsageError(
            f"frame {frame.number} shows {len(frame.objects)} objects, and SegmentationObject "
            f"holds {MOST}. Add --option segmentation=false, or leave out more with --min-visible"
        )
    ids = frame.dataset.instances(frame.number)
    classes = [source.class_id(shown) for shown in frame.objects]
    for place, values in zip(MAPS, (classes, range(1, len(classes) + 1)), strict=True):
        table = np.zeros(_IDS, np.uint8)
        for shown, value in zip(frame.objects, values, strict=True):
            table[shown.instance_id] = value
        image = Image.fromarray(table[ids])
        image.putpalette(colour_map())
        image.save(folder / place / f"{frame.name}.png")


def _frame_problems(
    folder: Path, name: str, names: Sequence[str], segmentation: bool, classes: list[str]
) -> Iterator[str]:
    """Yield what is wrong with one frame, and append its objects' classes to `classes`."""
    picture, where = f"JPEGImages/{name}.png", f"Annotations/{name}.xml"
    try:
        height, width, _ = read_rgb(folder / picture).shape
    except DatasetError:
        yield f"{picture}: is missing or cannot be read as a picture"
        return
    try:
        root = ET.parse(folder / where).getroot()
    except (OSError, ET.ParseError) as error:
        yield f"{where}: cannot be read ({error})"
        return
    if root.findtext("filename") != f"{name}.png":
        yield f"{where}: filename is {root.findtext('filename')}, not {name}.png"
    if [root.findtext(f"size/{key}") for key in ("width", "height")] != [str(width), str(height)]:
        yield f"{where}: the size is not that of the picture, {width} x {height}"
    for number, element in enumerate(root.iterfind("object"), start=1):
        classes.append(element.findtext("name", ""))
        if classes[-1] not in names:
            yield f"{where}: object {number} has the unknown class {classes[-1]!r}"
        if not _is_inside(element, width, height):
            yield f"{where}: the box of object {number} is not inside the picture"
        if {element.findtext(key) for key in _FLAGS} - {"0", "1"}:
            yield f"{where}: a flag of object {number} is not 0 or 1"
    if segmentation:
        for place, most in zip(MAPS, (len(names), len(classes)), strict=True):
            yield from _map_problems(folder, f"{place}/{name}.png", (height, width), most)


def _is_inside(element: ET.Element, width: int, height: int) -> bool:
    left, top, right, bottom = (
        int(element.findtext(f"bndbox/{key}", "0")) for key in ("xmin", "ymin", "xmax", "ymax")
    )
    return 1 <= left <= right <= width and 1 <= top <= bottom <= height


def _map_problems(folder: Path, name: str, shape: tuple[int, int], most: int) -> Iterator[str]:
    try:
        with Image.open(folder / name) as image:
            mode, palette, values = image.mode, image.getpalette(), np.asarray(image)
    except (OSError, SyntaxError) as error:
        yield f"{name}: cannot be read ({error})"
        return
    if mode != "P" or palette is None or palette != colour_map()[: len(palette)]:
        yield f"{name}: is no picture in VOC's colours"
    elif values.shape != shape:
        yield f"{name}: has another size than the picture"
    elif int(values.max()) > most:
        yield f"{name}: holds {values.max()}, and there are {most}"


def _list_problems(folder: Path, part: str, file: str, expected: int) -> Iterator[str]:
    name = f"{MAIN}/{file}"
    if not (folder / name).is_file():
        yield f"{name}: is missing"
        return
    shown = 0
    for frame, line in zip_longest(_lines(folder / MAIN / f"{part}.txt"), _lines(folder / name)):
        listed, _, flag = (line or "").partition(" ")
        if listed != frame or flag.strip() not in ("1", "-1"):
            yield f"{name}: does not list the frames of {part}.txt, each with 1 or -1"
            return
        shown += flag.strip() == "1"
    if shown != expected:
        yield f"{name}: lists {shown} frames with the class, Annotations has {expected}"


def _same(folder: Path, one: str, other: str, part: str) -> bool:
    paths = [folder / place / f"{part}.txt" for place in (one, other)]
    return all(path.is_file() for path in paths) and all(
        first == second for first, second in zip_longest(*map(_lines, paths))
    )


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n")


def _as_on_disk(name: str) -> str:
    """Return what disks that fold case or compose letters make of a name."""
    return unicodedata.normalize("NFKC", name).casefold()


FORMAT = Voc()
