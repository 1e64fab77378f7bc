"""A sheet of frames with what the detector found in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from synth_addon.core.dataset.reading import Dataset
from synth_addon.core.pictures.contact_sheet import spread_evenly
from synth_addon.core.pictures.lettering import draw_text, text_width
from synth_addon.core.pictures.palette import class_color, ink_on
from synth_addon.core.pictures.strokes import draw_box
from synth_addon.core.pictures.tag_layout import Rectangle

from .decoding import Detections
from .evaluation import Found

LEAST_SCORE = 0.3
SCALE = 2
COLUMNS, ROWS = 4, 3
LETTERS = 13
GAP = 6


def detections_sheet(dataset: Dataset, found: Found, classes: Sequence[str]) -> Image.Image:
    """Draw frames spread evenly over the dataset, with the boxes that the network is sure of."""
    chosen = [found[place] for place in spread_evenly(range(len(found)), COLUMNS * ROWS)]
    width, height = SCALE * dataset.info.width + GAP, SCALE * dataset.info.height + GAP
    rows = -(-len(chosen) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * width - GAP, rows * height - GAP), "white")
    for place, (annotation, detections) in enumerate(chosen):
        tile = _drawn(dataset.image(annotation["frame"]), detections, classes)
        sheet.paste(tile, (place % COLUMNS * width, place // COLUMNS * height))
    return sheet


def _drawn(rgb: NDArray[np.uint8], detections: Detections, classes: Sequence[str]) -> Image.Image:
    picture = Image.fromarray(rgb)
    picture = picture.resize(
        (SCALE * picture.width, SCALE * picture.height), Image.Resampling.LANCZOS
    )
    draw = ImageDraw.Draw(picture)
    columns = zip(detections.boxes, detections.classes, detections.scores, strict=True)
    for box, kind, score in reversed(list(columns)):  # so that the surest lies on top
        if score >= LEAST_SCORE:
            _mark(draw, (SCALE * box).tolist(), int(kind), f"{classes[kind]} {score:.0%}")
    return picture


def _mark(draw: ImageDraw.ImageDraw, box: list[float], kind: int, text: str) -> None:
    left, top, width, height = box
    color = class_color(kind + 1)
    draw_box(draw, Rectangle(left, top, left + width, top + height), color, 2)
    high = LETTERS + 4
    start = max(left, 0), max(top - high, 0)
    draw.rectangle((*start, start[0] + text_width(text, LETTERS) + 6, start[1] + high), color)
    draw_text(draw, start[0] + 3, start[1] + high / 2, text, LETTERS, ink_on(color))
