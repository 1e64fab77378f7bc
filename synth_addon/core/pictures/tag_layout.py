"""Where labels go: inside the picture, near their box, and off each other if there is room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rectangle:
    """An axis-aligned rectangle in pixels; `right` and `bottom` are just outside."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: Rectangle) -> float:
        """Return the area that two rectangles share."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height)

    def rounded(self) -> Rectangle:
        """Return the rectangle between whole pixels."""
        return Rectangle(round(self.left), round(self.top), round(self.right), round(self.bottom))

    def grown(self, margin: float) -> Rectangle:
        """Return the rectangle with a margin on every side."""
        return Rectangle(
            self.left - margin, self.top - margin, self.right + margin, self.bottom + margin
        )

    def clipped(self, width: int, height: int) -> Rectangle:
        """Return the part inside a picture; what is wholly outside becomes empty at its edge."""
        return Rectangle(
            min(max(self.left, 0), width),
            min(max(self.top, 0), height),
            min(max(self.right, 0), width),
            min(max(self.bottom, 0), height),
        )


def place_tags(
    boxes: Sequence[Rectangle], widths: Sequence[int], height: int, picture: tuple[int, int]
) -> list[Rectangle]:
    """Find a place for the tag of each box: off the tags before it, then off the box itself.

    Args:
        boxes: what the tags belong to, inside the picture and between whole pixels.
        widths: of the tags, none wider than the picture.
        height: of every tag.
        picture: (width, height).
    """
    placed: list[Rectangle] = []
    for box, width in zip(boxes, widths, strict=True):
        costs = {
            place: (sum(map(place.overlap, placed)), place.overlap(box))
            for place in _places(box, width, height, picture)
        }
        placed.append(min(costs, key=lambda place: costs[place]))
    return placed


def _places(
    box: Rectangle, width: int, height: int, picture: tuple[int, int]
) -> Iterator[Rectangle]:
    """Yield places for a tag inside the picture, the best first."""
    columns = (box.left, box.right - width)
    rows = (box.top - height, box.bottom, box.top, box.bottom - height)
    wanted = [(left, top) for top in rows for left in columns]
    beside = (box.right, box.left - width)
    wanted += [(left, top) for left in beside for top in (box.top, box.bottom - height)]
    for distance in range(2, 8):
        further = (box.top - distance * height, box.bottom + (distance - 1) * height)
        wanted += [(left, top) for top in further for left in columns]
    for left, top in wanted:
        left = min(max(left, 0), picture[0] - width)
        top = min(max(top, 0), picture[1] - height)
        yield Rectangle(left, top, left + width, top + height)
