"""Text in pictures: its font, its size and how it is made to fit."""

from __future__ import annotations

from functools import lru_cache

from PIL import ImageDraw, ImageFont

from .palette import Color

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
_CUT = "…"


@lru_cache(maxsize=16)
def font_of(size: int) -> Font:
    """Return Pillow's own font, so that pictures are alike on every machine."""
    return ImageFont.load_default(size=size)


def text_width(text: str, size: int) -> int:
    """Return how wide a line of text is drawn, pixels."""
    return int(font_of(size).getlength(text) + 0.999)


def fitted(text: str, size: int, width: float) -> str:
    """Return the text, cut short with an ellipsis where it is wider than `width` pixels."""
    if text_width(text, size) <= width:
        return text
    kept = text
    while kept and text_width(kept + _CUT, size) > width:
        kept = kept[:-1]
    return kept.rstrip() + _CUT if kept else ""


def draw_text(
    draw: ImageDraw.ImageDraw, left: float, middle: float, text: str, size: int, color: Color
) -> None:
    """Draw one line, its capitals centred on the height `middle`."""
    # Centring on the capitals keeps lines level whether or not they hold descenders.
    capital = font_of(size).getbbox("H", anchor="ls")
    baseline = round(middle - (capital[1] + capital[3]) / 2)
    draw.text((round(left), baseline), text, fill=color, font=font_of(size), anchor="ls")
