"""COCO's compressed run-length codes of masks that are empty outside a window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask


def window_counts(
    window: NDArray[np.bool_], origin: tuple[int, int], height: int, width: int
) -> str:
    """Return the counts of the code of an image's mask, looking at a window alone.

    They are those that `annotation.encode_mask` finds in the whole mask, column by column.

    Args:
        window: (h, w), what the mask holds from `origin` on, within the image.
        origin: row and column of the window's first pixel in the image.
        height, width: of the image.
    """
    (top, left), (rows, columns) = origin, window.shape
    strip = np.zeros(columns * height + 2, bool)  # with an empty pixel before and one after
    strip[1:-1].reshape(columns, height)[:, top : top + rows] = window.T
    changes = np.flatnonzero(strip[1:] != strip[:-1]) + left * height
    ends = np.concatenate([[0], changes, [height * width]])
    if len(changes) and changes[-1] == height * width:
        ends = ends[:-1]
    counts = {"counts": np.diff(ends).tolist(), "size": [height, width]}
    code: str = coco_mask.frPyObjects([counts], height, width)[0]["counts"].decode("ascii")
    return code
