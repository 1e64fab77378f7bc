"""VOC's maps of classes and objects, in its palette."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from ....errors import UsageError
from ...source import ExportFrame, ExportSource

MAPS = ("SegmentationClass", "SegmentationObject")
MOST = 254
"""What a palette tells apart beside background (0) and void (255)."""
_IDS = 1 << 16


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


def write_maps(frame: ExportFrame, source: ExportSource, folder: Path) -> None:
    """Write both maps of a frame.

    Raises:
        UsageError: the frame shows more objects than a palette tells apart.
    """
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


def map_problems(folder: Path, name: str, shape: tuple[int, int], most: int) -> Iterator[str]:
    """Yield what is wrong with one map.

    Args:
        shape: (height, width) of the picture.
        most: the greatest value that it may hold.
    """
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
