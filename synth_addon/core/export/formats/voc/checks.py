"""What can be wrong with a folder in VOC's layout."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from pathlib import Path

from ....errors import DatasetError
from ....writers.images import read_rgb
from .description import FLAGS
from .maps import MAPS, map_problems


def frame_problems(
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
        if {element.findtext(key) for key in FLAGS} - {"0", "1"}:
            yield f"{where}: a flag of object {number} is not 0 or 1"
    if segmentation:
        for place, most in zip(MAPS, (len(names), len(classes)), strict=True):
            yield from map_problems(folder, f"{place}/{name}.png", (height, width), most)


def _is_inside(element: ET.Element, width: int, height: int) -> bool:
    left, top, right, bottom = (
        int(element.findtext(f"bndbox/{key}", "0")) for key in ("xmin", "ymin", "xmax", "ymax")
    )
    return 1 <= left <= right <= width and 1 <= top <= bottom <= height
