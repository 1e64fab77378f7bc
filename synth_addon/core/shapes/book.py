"""Closed books."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..transforms import Array
from .assembly import Solid, assembled_shape, convex
from .declaration import length
from .extrude import stacked
from .loft import loft
from .outline import level
from .pieces import tube_pieces

_ARC_STEPS = 12
# The spine's bulge, and the thickness of a board, as shares of the book's thickness.
_BULGE = 0.25
_BOARD = 0.09


def assemble_book(*, width_m: float, height_m: float, thickness_m: float) -> Iterator[Solid]:
    """Yield the cover with its rounded spine on the -x side, and the block of pages in it."""
    board = min(_BOARD * thickness_m, 0.003)
    bulge = min(_BULGE * thickness_m, 0.2 * width_m)
    yield _cover(width_m, height_m, thickness_m, board, bulge)
    yield _pages(width_m, height_m, thickness_m, board, bulge)


def _cover(width: float, height: float, thickness: float, board: float, bulge: float) -> Solid:
    """Return the boards and the spine, one strip bent around the pages."""
    arc = _arc(bulge - board / 2, thickness - board)
    ends = np.array([[width - bulge, -1.0], [width - bulge, 1.0]])
    ends[:, 1] *= (thickness - board) / 2
    path = np.vstack([ends[1:], arc, ends[:1]])
    steps = np.gradient(path, axis=0)
    steps[[1, -2]] = [[-1.0, 0.0], [1.0, 0.0]]
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    normals = np.stack([-steps[:, 1], steps[:, 0]], axis=1)
    outer, inner = path - board / 2 * normals, path + board / 2 * normals
    sides = [(outer, -1.0), (outer, 1.0), (inner, 1.0), (inner, -1.0)]
    rings = np.stack(
        [np.column_stack([p[:, 0], np.full(len(p), y * height / 2), p[:, 1]]) for p, y in sides],
        axis=1,
    )
    return Solid(loft(rings), tube_pieces(rings))


def _pages(width: float, height: float, thickness: float, board: float, bulge: float) -> Solid:
    """Return the pages; they end a little before the boards, and stay off the spine."""
    margin = min(0.004, 0.05 * min(width, height))
    # Half a board's thickness reaches into each board, so that no light falls between.
    arc = _arc(0.8 * (bulge - board), thickness - 1.5 * board)
    front = width - bulge - margin
    ends = np.array([[front, arc[-1, 1]], [front, arc[0, 1]]])
    outline = np.vstack([arc, ends])
    middle = outline.mean(axis=0)
    page = outline - middle
    reach = height / 2 - margin
    solid = convex(stacked([level(page, -reach), level(page, reach)])).turned("x", 90)
    return solid.at(middle[0], 0.0, middle[1])


def _arc(bulge: float, thickness: float) -> Array:
    """Return a half ellipse (P, 2) in (x, z) that bulges to -x, from its upper to its lower end."""
    angles = np.linspace(np.pi / 2, 3 * np.pi / 2, _ARC_STEPS + 1)
    return np.stack([bulge * np.cos(angles), thickness / 2 * np.sin(angles)], axis=1)


BOOK = assembled_shape(
    name="book",
    label="Book",
    help="Closed book that lies flat, with a rounded spine",
    parameters={
        "width_m": length(0.15, "Width", "Size along X, across the page", low=0.02, high=1),
        "height_m": length(0.22, "Page Height", "Size along Y, along the spine", low=0.02, high=1),
        "thickness_m": length(0.03, "Thickness", "Size along Z", low=2e-3, high=0.3),
    },
    assemble=assemble_book,
)
