"""Masks as COCO's polygons, exact to the pixel.

A polygon runs along the edges of pixels, in continuous pixels with the origin at the image's
top-left corner, and has a point at each turn. That is where pycocotools' rasteriser takes a
boundary: a pixel belongs to a polygon when its centre is inside by the even-odd rule, so the mask
comes back bit by bit. https://github.com/cocodataset/cocoapi/blob/master/common/maskApi.c

Each part of pixels that touch by their sides is one polygon. A polygon cannot have holes, so a
hole is joined to the boundary on its left by a bridge that is walked there and back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....annotation import box_of_mask

Points = list[tuple[float, float]]
Indices = NDArray[np.int64]


def mask_polygons(mask: NDArray[np.bool_]) -> list[list[float]]:
    """Return the boundary of a mask (H, W) as polygons [x1, y1, x2, y2, ...].

    There is one for each part, ordered by its topmost, then leftmost pixel; parts run clockwise
    as seen, holes the other way. An empty mask has none.
    """
    box = box_of_mask(mask)
    if box is None:
        return []
    left, top, width, height = (int(value) for value in box)
    window = np.pad(mask[top : top + height, left : left + width], 1)
    polygons = _outlines(window)
    return [[value for x, y in points for value in (x + left, y + top)] for points in polygons]


@dataclass(frozen=True)
class _Corners:
    """All turns of a mask's boundary, topmost first, then leftmost.

    Where two pixels touch by a corner alone there are two turns in one place, one for each.

    Attributes:
        x, y: (N,) int64, edges of pixels; (0, 0) is the window's first pixel without its margin.
        across, along: (N,) int64, the corner at the other end of its horizontal and vertical edge.
    """

    x: Indices
    y: Indices
    across: Indices
    along: Indices


def _corners(window: NDArray[np.bool_]) -> _Corners:
    """Find the corners of a mask with a margin of one pixel.

    On each line of the grid edges do not overlap, so its corners in order are an edge's beginning,
    its end, the beginning of the next, and so on.
    """
    above_left, above_right = window[:-1, :-1], window[:-1, 1:]
    below_left, below_right = window[1:, :-1], window[1:, 1:]
    falling = above_left & below_right & ~above_right & ~below_left
    rising = above_right & below_left & ~above_left & ~below_right
    single = above_left ^ above_right ^ below_left ^ below_right
    sides = (
        (single, 0, 0),
        (falling, -1, -1),
        (falling, 1, 1),
        (rising, 1, -1),
        (rising, -1, 1),
    )
    found = [np.nonzero(where) for where, _, _ in sides]
    y = np.concatenate([rows for rows, _ in found])
    x = np.concatenate([columns for _, columns in found])
    # Each of two turns in one place stands a little towards its own pixel.
    counts = [rows.size for rows, _ in found]
    x_fine = 4 * x + np.repeat([dx for _, dx, _ in sides], counts)
    y_fine = 4 * y + np.repeat([dy for _, _, dy in sides], counts)
    order = np.lexsort((x_fine, y))
    x, y, y_fine = x[order], y[order], y_fine[order]
    return _Corners(x, y, _mates(np.arange(x.size)), _mates(np.lexsort((y_fine, x))))


def _mates(order: Indices) -> Indices:
    """Return for each corner the other end of its edge, where `order` lists ends in pairs."""
    mates = np.empty_like(order)
    mates[order[0::2]], mates[order[1::2]] = order[1::2], order[0::2]
    return mates


def _outlines(window: NDArray[np.bool_]) -> list[Points]:
    corners = _corners(window)
    after, starts, holes = _loops(corners, window)
    points = list(zip(corners.x.tolist(), corners.y.tolist(), strict=True))
    _join_holes(holes, corners, window, points, after)
    return [_walked(start, points, after) for start in starts]


def _loops(corners: _Corners, window: NDArray[np.bool_]) -> tuple[list[int], list[int], list[int]]:
    """Walk all boundaries; return the next corner of each, and the first of parts and of holes.

    Holes come in the order of their topmost, then leftmost pixel.
    """
    x, y = corners.x.tolist(), corners.y.tolist()
    across, along = corners.across.tolist(), corners.along.tolist()
    after = [-1] * len(x)
    starts: list[int] = []
    holes: list[int] = []
    for first in range(len(x)):
        if after[first] >= 0:
            continue
        is_part = bool(window[y[first] + 1, x[first] + 1])
        (starts if is_part else holes).append(first)
        here, sideways = first, is_part
        while after[here] < 0:
            after[here] = across[here] if sideways else along[here]
            here, sideways = after[here], not sideways
    return after, starts, holes


def _join_holes(
    holes: list[int],
    corners: _Corners,
    window: NDArray[np.bool_],
    points: Points,
    after: list[int],
) -> None:
    """Join each hole to the boundary left of its first pixel, through the middle of that row.

    That boundary belongs to the part or to a hole that comes before, so all end in one polygon.
    New points are appended to `points`, and `after` is changed.
    """
    if not holes:
        return
    # Vertical edges by their upper ends, in the order of lines and then of rows.
    upper = np.flatnonzero(corners.along > np.arange(corners.along.size))
    upper = upper[np.lexsort((corners.y[upper], corners.x[upper]))]
    span = window.shape[0]
    keys = corners.x[upper] * span + corners.y[upper]
    for first in holes:
        x, y = corners.x[first], corners.y[first]
        row = window[y + 1, : x + 1]
        start = x - np.argmin(row[::-1])  # of the run of pixels that ends at the hole
        edge = upper[np.searchsorted(keys, start * span + y, side="right") - 1]
        # Pixels lie to the right of every walk, so this edge is walked upwards. Rows grow, so
        # the bridges that leave it already come after this one.
        lower = int(corners.along[edge])
        leave, reach, depart, arrive = range(len(points), len(points) + 4)
        middle = int(y) + 0.5
        points += [(int(start), middle), (int(x), middle), (int(x), middle), (int(start), middle)]
        after += [reach, after[first], arrive, after[lower]]
        after[lower], after[first] = leave, depart


def _walked(start: int, points: Points, after: list[int]) -> Points:
    walked, here = [points[start]], after[start]
    while here != start:
        walked.append(points[here])
        here = after[here]
    return walked
