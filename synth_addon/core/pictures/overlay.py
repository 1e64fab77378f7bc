"""One frame with its annotations drawn over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ..annotation import Box, FrameAnnotation, ObjectAnnotation, Rle, decode_mask
from ..dataset.reading import Dataset
from ..errors import DatasetError
from .lettering import draw_text, fitted, text_width
from .palette import (
    DISTRACTOR,
    FAINT_INK,
    PAPER,
    Color,
    class_color,
    ink_on,
    lightened,
)
from .strokes import (
    Segment,
    draw_box,
    draw_dashed_box,
    draw_segments,
    inner_contour,
    resized_mask,
    tint,
)
from .tag_layout import Rectangle, place_tags

TINT_SHARE = 0.42
_REFERENCE_SIDE = 640
_SMALLEST_LETTERS = 12
# Corner i of a 3D box takes the upper x, y, z by its bits, so edges join corners one bit apart.
_BOX_EDGES = tuple((i, i | bit) for i in range(8) for bit in (1, 2, 4) if not i & bit)


@dataclass(frozen=True)
class PictureStyle:
    """The measures of a picture, all in its own pixels.

    Attributes:
        size: (width, height) of the drawn frame, without the caption below it.
        scale: pixels of the picture per pixel of the frame, across and down.
    """

    size: tuple[int, int]
    scale: tuple[float, float]

    @property
    def unit(self) -> float:
        """Return how much larger than the picture that the measures are made for this one is."""
        return max(self.size) / _REFERENCE_SIDE

    @property
    def letters(self) -> int:
        """Return the size of the text."""
        return max(_SMALLEST_LETTERS, round(13 * self.unit))

    @property
    def line(self) -> int:
        """Return the width of contours and solid boxes."""
        return max(1, round(1.9 * self.unit))

    @property
    def thin_line(self) -> int:
        """Return the width of dashed boxes and of distractors' contours."""
        return max(1, round(1.1 * self.unit))

    @property
    def strip(self) -> int:
        """Return the height of the caption."""
        return round(1.7 * self.letters)

    def rectangle(self, box: Box) -> Rectangle:
        """Return a box of the annotation, [x, y, w, h], in the picture."""
        x, y, width, height = box
        across, down = self.scale
        return Rectangle(x * across, y * down, (x + width) * across, (y + height) * down)


def picture_style(frame: tuple[int, int], width: int | None = None) -> PictureStyle:
    """Return the measures for a frame of (width, height) drawn `width` pixels wide.

    Without `width`, frames keep their size, but small ones are enlarged by a whole number, so that
    there is room for text.
    """
    if width is None:
        width = frame[0] * max(1, -(-_REFERENCE_SIDE // max(frame)))
    height = max(1, round(frame[1] * width / frame[0]))
    return PictureStyle((width, height), (width / frame[0], height / frame[1]))


def draw_frame(dataset: Dataset, frame: int, width: int | None = None) -> Image.Image:
    """Draw a frame with its masks, boxes, 3D boxes and classes, and a caption strip below it.

    Targets have their class's colour: visible mask tinted, visible box solid, amodal box dashed
    where it is another one, 3D box thin, and the visible fraction. Distractors have a thin grey
    contour.

    Args:
        width: of the picture in pixels; without it see `picture_style`.

    Raises:
        DatasetError: the frame or its annotation is missing, damaged or of another size.
    """
    annotation, rgb = dataset.annotation(frame), dataset.image(frame)
    if rgb.shape[:2] != (annotation.height, annotation.width):
        found = f"its image is {rgb.shape[1]} x {rgb.shape[0]} pixels"
        raise _mismatch(dataset, annotation, found)
    style = picture_style((annotation.width, annotation.height), width)
    masks = {
        each.instance_id: resized_mask(_mask(each.visible_mask, dataset, annotation), style.size)
        for each in annotation.objects
        if each.visible_mask
    }
    pixels = _enlarged(rgb, style.size)
    _draw_masks(pixels, annotation.objects, masks, style)
    picture = Image.fromarray(pixels)
    targets = [each for each in annotation.objects if each.role == "target" and _is_shown(each)]
    for target in targets:
        _draw_boxes(picture, target, style)
    _draw_tags(picture, targets, style)
    return _captioned(picture, annotation, style)


def _is_shown(target: ObjectAnnotation) -> bool:
    return target.visible_box is not None or target.amodal_mask is not None


def _color(target: ObjectAnnotation) -> Color:
    return DISTRACTOR if target.category_id is None else class_color(target.category_id)


def _mask(rle: Rle, dataset: Dataset, annotation: FrameAnnotation) -> NDArray[np.bool_]:
    if rle.size != (annotation.height, annotation.width):
        found = f"a mask is {rle.size[1]} x {rle.size[0]} pixels"
        raise _mismatch(dataset, annotation, found)
    try:
        return decode_mask(rle)
    except ValueError as error:
        raise _mismatch(dataset, annotation, f"a mask cannot be decoded ({error})") from error


def _mismatch(dataset: Dataset, annotation: FrameAnnotation, found: str) -> DatasetError:
    return DatasetError(
        f"{dataset.directory}: frame {annotation.frame} is annotated for {annotation.width} x "
        f"{annotation.height} pixels, but {found}. `synth validate` lists all that is damaged."
    )


def _enlarged(rgb: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    image = Image.fromarray(rgb)
    is_whole = not (size[0] % image.width or size[1] % image.height)
    # Whole factors keep the pixels as they are: masks can be judged pixel by pixel.
    method = Image.Resampling.NEAREST if is_whole else Image.Resampling.LANCZOS
    return np.array(image if image.size == size else image.resize(size, method))


def _draw_masks(
    pixels: NDArray[np.uint8],
    objects: Sequence[ObjectAnnotation],
    masks: dict[int, NDArray[np.bool_]],
    style: PictureStyle,
) -> None:
    for each in objects:
        mask = masks.get(each.instance_id)
        if mask is None:
            continue
        if each.role == "target":
            tint(pixels, mask, _color(each), TINT_SHARE)
            tint(pixels, inner_contour(mask, style.line), _color(each), 1.0)
        else:
            tint(pixels, inner_contour(mask, style.thin_line), DISTRACTOR, 0.85)


def _draw_boxes(picture: Image.Image, target: ObjectAnnotation, style: PictureStyle) -> None:
    color, visible, amodal = _color(target), target.visible_box, target.amodal_box
    if visible:
        thin = max(1.0, 0.9 * style.unit)
        draw_segments(picture, _box_edges(target, style), lightened(color, 0.45), thin, 0.75)
    draw = ImageDraw.Draw(picture, "RGBA")
    if amodal and _is_other(visible, amodal):
        dash = max(4, round(5 * style.unit))
        draw_dashed_box(draw, style.rectangle(amodal), color, style.thin_line, dash)
    if visible:
        draw_box(draw, style.rectangle(visible), color, style.line)


def _is_other(visible: Box | None, amodal: Box) -> bool:
    # Rays and renderer may disagree about a pixel at an edge; that is no occlusion.
    return visible is None or any(abs(v - a) > 1 for v, a in zip(visible, amodal, strict=True))


def _box_edges(target: ObjectAnnotation, style: PictureStyle) -> list[Segment]:
    across, down = style.scale
    corners = [
        (corner[0] * across, corner[1] * down) if corner else None
        for corner in target.box_3d.corners_px
    ]
    ends = ((corners[i], corners[j]) for i, j in _BOX_EDGES)
    return [(start, end) for start, end in ends if start and end]


def _draw_tags(
    picture: Image.Image, targets: Sequence[ObjectAnnotation], style: PictureStyle
) -> None:
    padding = max(3, round(0.35 * style.letters))
    room = picture.width - 2 * padding
    texts = [fitted(_label(target), style.letters, room) for target in targets]
    boxes = [
        style.rectangle(box).rounded().grown(style.line).clipped(*picture.size)
        for target in targets
        if (box := target.visible_box or target.amodal_box)
    ]
    widths = [min(picture.width, text_width(t, style.letters) + 2 * padding) for t in texts]
    height = min(picture.height, round(1.4 * style.letters))
    places = place_tags(boxes, widths, height, picture.size)
    draw = ImageDraw.Draw(picture)
    for target, text, place in zip(targets, texts, places, strict=True):
        color, corners = _color(target), (place.left, place.top, place.right - 1, place.bottom - 1)
        draw.rectangle(corners, color)
        middle = (place.top + place.bottom) / 2
        draw_text(draw, place.left + padding, middle, text, style.letters, ink_on(color))


def _label(target: ObjectAnnotation) -> str:
    percent = f"{100 * target.visible_fraction:.0f}"
    if percent == "0" and target.visible_pixels:
        percent = "<1"
    return f"{target.category or target.group} {percent} %"


def _captioned(
    picture: Image.Image, annotation: FrameAnnotation, style: PictureStyle
) -> Image.Image:
    whole = Image.new("RGB", (picture.width, picture.height + style.strip), PAPER)
    whole.paste(picture)
    margin = round(0.6 * style.letters)
    text = f"frame {annotation.frame} · scene {annotation.scene} · view {annotation.view}"
    text = fitted(text, style.letters, whole.width - 2 * margin)
    middle = picture.height + style.strip / 2
    draw_text(ImageDraw.Draw(whole), margin, middle, text, style.letters, FAINT_INK)
    return whole
