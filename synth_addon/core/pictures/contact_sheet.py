"""Many frames of a dataset on one sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from ..dataset.reading import Dataset
from .lettering import draw_text, fitted, text_width
from .overlay import draw_frame
from .palette import FAINT_INK, INK, PAPER, Color, class_color

_WIDEST, _HIGHEST = 480, 640
_GAP = 16
_TITLE, _LETTERS = 30, 16
_TITLE_ROW, _ROW = 44, 28
_SWATCH = 14


@dataclass(frozen=True)
class _Entry:
    """One class in the legend, at its place on the sheet."""

    left: int
    row: int
    text: str
    color: Color


def contact_sheet(
    dataset: Dataset, numbers: Sequence[int], limit: int, columns: int
) -> Image.Image:
    """Draw frames spread evenly over `numbers` on one sheet, under the dataset's name and classes.

    Args:
        limit: how many frames at most, at least 1.
        columns: how many frames stand side by side, at least 1.

    Raises:
        DatasetError: a frame that is drawn is missing or damaged.
    """
    chosen = spread_evenly(numbers, limit)
    width = _thumbnail_width(dataset.info.width, dataset.info.height)
    columns = max(1, min(columns, len(chosen)))
    sheet_width = max(_WIDEST, columns * width + (columns - 1) * _GAP) + 2 * _GAP
    header = _header(dataset, len(chosen), len(numbers), sheet_width)
    sheet = Image.new("RGB", (sheet_width, header.height), PAPER)
    sheet.paste(header)
    for index, number in enumerate(chosen):
        thumbnail = draw_frame(dataset, number, width)
        row, column = divmod(index, columns)
        top = header.height + row * (thumbnail.height + _GAP)
        if not column:
            # Thumbnails are as high as each other, but only the first one tells how high.
            sheet = _lengthened(sheet, top + thumbnail.height + _GAP)
        sheet.paste(thumbnail, (_GAP + column * (width + _GAP), top))
    return sheet


def spread_evenly(numbers: Sequence[int], limit: int) -> list[int]:
    """Return at most `limit` of the numbers in their order, the first and the last among them."""
    count = min(limit, len(numbers))
    if count <= 1:
        return list(numbers[:count])
    last = len(numbers) - 1
    return [numbers[round(i * last / (count - 1))] for i in range(count)]


def _thumbnail_width(width: int, height: int) -> int:
    return max(1, min(_WIDEST, round(_HIGHEST * width / height)))


def _header(dataset: Dataset, shown: int, total: int, width: int) -> Image.Image:
    classes = dataset.info.categories
    legend = _legend([(c.name, class_color(c.id)) for c in classes], width)
    rows = 1 + max((entry.row for entry in legend), default=-1)
    top = _GAP + _TITLE_ROW + _ROW
    header = Image.new("RGB", (width, top + rows * _ROW + _GAP), PAPER)
    draw, room = ImageDraw.Draw(header), width - 2 * _GAP
    title = fitted(_name(dataset), _TITLE, room)
    draw_text(draw, _GAP, _GAP + _TITLE_ROW / 2, title, _TITLE, INK)
    frames = _counted(total, "frame") if shown == total else f"{shown} of {total} frames"
    summary = fitted(f"{frames} · {_counted(len(classes), 'class', 'classes')}", _LETTERS, room)
    draw_text(draw, _GAP, _GAP + _TITLE_ROW + _ROW / 2, summary, _LETTERS, FAINT_INK)
    for entry in legend:
        middle = top + (entry.row + 0.5) * _ROW
        low = round(middle - _SWATCH / 2)
        corners = (entry.left, low, entry.left + _SWATCH, low + _SWATCH)
        draw.rounded_rectangle(corners, 3, entry.color)
        draw_text(draw, entry.left + 1.5 * _SWATCH, middle, entry.text, _LETTERS, INK)
    return header


def _legend(classes: Sequence[tuple[str, Color]], width: int) -> list[_Entry]:
    entries, left, row = [], _GAP, 0
    for name, color in classes:
        text = fitted(name, _LETTERS, width - 2 * _GAP - 2 * _SWATCH)
        needed = round(1.5 * _SWATCH) + text_width(text, _LETTERS)
        if left > _GAP and left + needed > width - _GAP:
            left, row = _GAP, row + 1
        entries.append(_Entry(left, row, text, color))
        left += needed + 2 * _SWATCH
    return entries


def _name(dataset: Dataset) -> str:
    return str(dataset.info.recipe.get("name") or dataset.directory.resolve().name)


def _counted(count: int, one: str, many: str | None = None) -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def _lengthened(sheet: Image.Image, height: int) -> Image.Image:
    longer = Image.new("RGB", (sheet.width, height), PAPER)
    longer.paste(sheet)
    return longer
