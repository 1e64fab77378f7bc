"""Pictures as text for terminals: two pixels a letter, in 24-bit colours."""

from __future__ import annotations

import numpy as np
from PIL import Image

_RESET = "\x1b[0m"


def ansi_picture(picture: Image.Image, columns: int) -> str:
    """Return a picture as lines of half blocks, the upper pixel in ink, the lower as background.

    Args:
        columns: letters of a line, one pixel each; the height follows from the picture.
    """
    rows = 2 * max(1, round(columns * picture.height / picture.width / 2))
    small = picture.convert("RGB").resize((columns, rows), Image.Resampling.BOX)
    pixels = np.asarray(small)
    lines = [
        "".join(_block(upper, lower) for upper, lower in zip(above, below, strict=True)) + _RESET
        for above, below in zip(pixels[::2].tolist(), pixels[1::2].tolist(), strict=True)
    ]
    return "\n".join(lines)


def _block(upper: list[int], lower: list[int]) -> str:
    ink, paper = (";".join(map(str, color)) for color in (upper, lower))
    return f"\x1b[38;2;{ink}m\x1b[48;2;{paper}m▀"
