"""How targets are spread over classes, places, sizes, visibility and directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..annotation import FrameAnnotation, ObjectAnnotation
from ..dataset.info import Category
from ..transforms import Array
from .heat_map import HeatMap
from .histograms import Bins, Histogram
from .sphere_coverage import SphereCoverage

BOX_SIZE = Bins(0.005, 1.0, 32, logarithmic=True)
"""Bins of box sizes: the square root of the box's share of the picture's area."""
SHARE = Bins(0.0, 1.0, 20)
DISTANCE = Bins(0.05, 50.0, 32, logarithmic=True)
_SIDE = Bins(1 / 256, 1.0, 16, logarithmic=True)
_PLACE = Bins(0.0, 1.0, 16)
CUT_OFF, HIDDEN, TINY_PIXELS = 0.2, 0.3, 64
WHOLE = 0.98
"""Renderer and rays may disagree about pixels at edges, which is no occlusion."""


@dataclass
class ClassStatistics:
    """One class.

    Attributes:
        seen, unseen: targets with and without a visible pixel, over all frames.
        frames: how many show at least one.
        directions: from seen targets to the camera, in the object's own frame.
    """

    seen: int = 0
    unseen: int = 0
    frames: int = 0
    directions: SphereCoverage = field(default_factory=SphereCoverage)


class ObjectStatistics:
    """The targets of all frames.

    Attributes:
        classes: by the name of the class.
        per_frame: targets seen in a frame.
        box_size: see `BOX_SIZE`; this and all below of seen targets.
        places: of boxes' middles, as shares of the picture's width and height.
        sides: boxes' width and height as shares of the picture's.
        whole, uncut: targets that are wholly seen, and wholly inside the picture.
        cut_off: targets with more than `CUT_OFF` of their silhouette outside the picture.
        hidden: targets of which less than `HIDDEN` is seen.
        tiny: targets with fewer than `TINY_PIXELS` visible pixels.
        distance: from the camera, metres.
    """

    def __init__(self, categories: Sequence[Category]) -> None:
        self.classes = {category.name: ClassStatistics() for category in categories}
        self.frames = self.empty_frames = 0
        self.per_frame = Histogram(Bins(-0.5, 49.5, 50))
        self.box_size = Histogram(BOX_SIZE)
        self.places = HeatMap(_PLACE, _PLACE)
        self.sides = HeatMap(_SIDE, _SIDE)
        self.visibility = Histogram(SHARE)
        self.truncation = Histogram(SHARE)
        self.distance = Histogram(DISTANCE)
        self.whole = self.uncut = 0
        self.cut_off = self.hidden = self.tiny = 0

    @property
    def seen(self) -> int:
        """How many targets are seen, over all frames."""
        return sum(found.seen for found in self.classes.values())

    def add(self, annotation: FrameAnnotation) -> None:
        """Count the targets of one frame."""
        shown = set()
        for item in annotation.objects:
            if item.category is None:
                continue
            statistics = self.classes.setdefault(item.category, ClassStatistics())
            if item.visible_box is None:
                statistics.unseen += 1
                continue
            shown.add(item.category)
            statistics.seen += 1
            statistics.directions.add(direction_to_camera(item))
            self._add_seen(item, annotation.width, annotation.height)
        for name in shown:
            self.classes[name].frames += 1
        count = sum(
            each.category is not None and bool(each.visible_box) for each in annotation.objects
        )
        self.frames += 1
        self.empty_frames += not count
        self.per_frame.add(count)

    def _add_seen(self, item: ObjectAnnotation, width: int, height: int) -> None:
        assert item.visible_box is not None
        x, y, across, down = item.visible_box
        self.box_size.add(box_size(across / width, down / height))
        self.places.add((x + across / 2) / width, (y + down / 2) / height)
        self.sides.add(across / width, down / height)
        self.visibility.add(item.visible_fraction)
        self.truncation.add(item.truncation_fraction)
        self.distance.add(float(np.linalg.norm(np.array(item.camera_from_object)[:3, 3])))
        self.whole += item.visible_fraction >= WHOLE
        self.uncut += item.truncation_fraction == 0
        self.cut_off += item.truncation_fraction > CUT_OFF
        self.hidden += item.visible_fraction < HIDDEN
        self.tiny += item.visible_pixels < TINY_PIXELS


def box_size(across: float, down: float) -> float:
    """Return the side of a square as large as a box, both as shares of the picture, 0 to 1."""
    return float(np.sqrt(across * down))


def direction_to_camera(item: ObjectAnnotation) -> Array:
    """Return (3,) metres from the middle of an object's box to the camera, object frame."""
    pose = np.array(item.camera_from_object)
    way: Array = -pose[:3, :3].T @ pose[:3, 3] - np.array(item.box_3d.center)
    return way
