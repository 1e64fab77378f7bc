"""Marks on a picture: tints and contours of masks, boxes, and edges that are not axis-aligned."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ..annotation import box_of_mask
from .palette import Color
from .tag_layout import Rectangle

Point = tuple[float, float]
Segment = tuple[Point, Point]

_HALO = (0, 0, 0, 80)
_GAPS = (0, 0, 0, 120)
_FINER = 3


def resized_mask(mask: NDArray[np.bool_], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return a mask (H, W) at a picture's (width, height), each pixel from the nearest one."""
    width, height = size
    if mask.shape == (height, width):
        return mask
    rows = (np.arange(height) + 0.5) * mask.shape[0] / height
    columns = (np.arange(width) + 0.5) * mask.shape[1] / width
    return mask.take(rows.astype(np.intp), axis=0).take(columns.astype(np.intp), axis=1)


def tint(pixels: NDArray[np.uint8], mask: NDArray[np.bool_], color: Color, share: float) -> None:
    """Mix a colour into the pixels (H, W, 3) of a mask, in place."""
    mixed = (1 - share) * pixels[mask] + share * np.array(color)
    pixels[mask] = np.rint(mixed).astype(np.uint8)


def inner_contour(mask: NDArray[np.bool_], thickness: int) -> NDArray[np.bool_]:
    """Return the pixels of a mask within `thickness` steps of its edge; picture edges count."""
    contour = np.zeros_like(mask)
    box = box_of_mask(mask)
    if box is None:
        return contour
    left, top, width, height = (int(value) for value in box)
    window = np.s_[top : top + height, left : left + width]
    core = np.pad(mask[window], 1)
    for _ in range(thickness):
        core[1:-1, 1:-1] &= core[:-2, 1:-1] & core[2:, 1:-1] & core[1:-1, :-2] & core[1:-1, 2:]
    contour[window] = mask[window] & ~core[1:-1, 1:-1]
    return contour


def draw_box(draw: ImageDraw.ImageDraw, box: Rectangle, color: Color, width: int) -> None:
    """Draw a solid box around a rectangle, with a faint dark edge that sets it off."""
    for outline, grown in ((_HALO, width + 1), (color, width)):
        # Clipped, the box of what the picture's edge cuts off is still closed.
        outer = box.rounded().grown(grown).clipped(*draw.im.size)
        corners = (outer.left, outer.top, outer.right - 1, outer.bottom - 1)
        draw.rectangle(corners, None, outline, grown)


def draw_dashed_box(
    draw: ImageDraw.ImageDraw, box: Rectangle, color: Color, width: int, dash: int
) -> None:
    """Draw a box of dashes around a rectangle, with dark gaps as long as the dashes."""
    left, top = round(box.left) - width, round(box.top) - width
    right, bottom = round(box.right), round(box.bottom)
    draw.rectangle((left, top, right + width - 1, bottom + width - 1), None, _GAPS, width)
    for start in range(left, right + width, 2 * dash):
        end = min(start + dash, right + width) - 1
        for y in (top, bottom):
            draw.rectangle((start, y, end, y + width - 1), color)
    for start in range(top, bottom + width, 2 * dash):
        end = min(start + dash, bottom + width) - 1
        for x in (left, right):
            draw.rectangle((x, start, x + width - 1, end), color)


def draw_segments(
    picture: Image.Image, segments: Iterable[Segment], color: Color, width: float, opacity: float
) -> None:
    """Draw smooth straight lines into a picture, in place."""
    area = (-width, -width, picture.width + width, picture.height + width)
    inside = [part for part in (_clipped(segment, area) for segment in segments) if part]
    if not inside:
        return
    xs, ys = zip(*(point for segment in inside for point in segment), strict=True)
    left, top = int(max(0, min(xs) - width)), int(max(0, min(ys) - width))
    right = int(min(picture.width, max(xs) + width + 1))
    bottom = int(min(picture.height, max(ys) + width + 1))
    if right <= left or bottom <= top:
        return
    # Pillow's lines are jagged: drawn larger and averaged, they are smooth.
    large = Image.new("L", ((right - left) * _FINER, (bottom - top) * _FINER))
    draw = ImageDraw.Draw(large)
    for segment in inside:
        points = [((x - left) * _FINER, (y - top) * _FINER) for x, y in segment]
        draw.line(points, round(255 * opacity), max(1, round(width * _FINER)))
    picture.paste(color, (left, top, right, bottom), large.reduce(_FINER))


def _clipped(segment: Segment, area: tuple[float, float, float, float]) -> Segment | None:
    """Return the part of a segment inside an area (Liang and Barsky 1984), or None.

    A corner close to the camera's plane is projected so far away that Pillow could not draw to it.
    """
    (x, y), (end_x, end_y) = segment
    dx, dy = end_x - x, end_y - y
    left, top, right, bottom = area
    enter, leave = 0.0, 1.0
    for step, room in ((-dx, x - left), (dx, right - x), (-dy, y - top), (dy, bottom - y)):
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            enter = max(enter, room / step)
        else:
            leave = min(leave, room / step)
    if enter >= leave:
        return None
    return (x + enter * dx, y + enter * dy), (x + leave * dx, y + leave * dy)
