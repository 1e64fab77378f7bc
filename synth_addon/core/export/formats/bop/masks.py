"""Masks of a BOP dataset, 8-bit PNG of 0 and 255, and the boxes around them."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ....annotation import Rle, decode_mask

Mask = NDArray[np.bool_]
NO_BOX = [-1, -1, -1, -1]


def mask_of(rle: Rle | None, height: int, width: int) -> Mask:
    """Return a mask (H, W); an empty one for None."""
    return np.zeros((height, width), bool) if rle is None else decode_mask(rle)


def encode_mask_png(mask: Mask) -> bytes:
    """Return a mask (H, W) as a PNG file."""
    buffer = io.BytesIO()
    pixels = np.where(mask, np.uint8(255), np.uint8(0))
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def pixel_box(mask: Mask) -> list[int] | None:
    """Return [x, y, w, h] around the pixels of a mask (H, W), as COCO counts, or None."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return None
    left, top = int(columns[0]), int(rows[0])
    return [left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1]


def center_box(box: list[int] | None) -> list[int]:
    """Return a box around pixels as one around their centres, as BOP's files of ground truth do.

    The toolkit's ``misc.calc_2d_bbox`` takes the last pixel minus the first as width and height,
    one less than their number. None becomes -1, -1, -1, -1.
    """
    return NO_BOX if box is None else [box[0], box[1], box[2] - 1, box[3] - 1]
