"""What a format gets to see of a dataset: its frames, split and filtered, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..annotation import FrameAnnotation, ObjectAnnotation
from ..dataset.info import Category
from ..dataset.layout import image_path
from ..dataset.reading import Dataset
from ..spec import Spec
from .filters import ExportFilter
from .splits import Shares


class Counts(Spec):
    """What one part holds, and what the filter has left out of it."""

    scenes: int = 0
    frames: int = 0
    objects: int = 0
    dropped_frames: int = 0
    dropped_objects: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            **{name: getattr(self, name) + getattr(other, name) for name in Counts.model_fields}
        )


@dataclass(frozen=True)
class Span:
    """Some of the frames of a part, in a row.

    Attributes:
        first, end: frame numbers; None for no end.
        scene: that of the kept frame before, which is not counted again; -1 for none.
    """

    first: int = 0
    end: int | None = None
    scene: int = -1


WHOLE_PART = Span()


@dataclass(frozen=True)
class ExportFrame:
    """One frame of an export.

    Attributes:
        part: of the split that it belongs to, such as train.
        objects: the targets that are kept, in the order of their instance ids.
    """

    dataset: Dataset
    part: str
    annotation: FrameAnnotation
    objects: tuple[ObjectAnnotation, ...]

    @property
    def number(self) -> int:
        """The frame's number in the dataset."""
        return self.annotation.frame

    @property
    def name(self) -> str:
        """The frame's name for files: its number in nine digits."""
        return f"{self.annotation.frame:09d}"

    @property
    def image_file(self) -> Path:
        """The picture, a PNG file of the dataset."""
        return self.dataset.directory / image_path(self.annotation.frame)


@dataclass
class ExportSource:
    """A dataset as an export sees it.

    Attributes:
        parts: the part of every scene, in the order of parts.
        shares: of the scenes for each part, in the order in which parts were named.
        categories: the classes that are kept, numbered from 1.
        hardlinks: whether pictures are linked rather than copied.
        counts: of each part, once its frames have all been asked for; those of the span that was
            asked for last.
        listener: told of each frame that is given out.
    """

    dataset: Dataset
    parts: Mapping[int, str]
    shares: Shares
    filter: ExportFilter
    hardlinks: bool = True
    listener: Callable[[int], None] = lambda frame: None
    counts: dict[str, Counts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.categories: tuple[Category, ...] = self.filter.categories(self.dataset.info.categories)
        self._ids = {category.name: category.id for category in self.categories}

    @property
    def part_names(self) -> tuple[str, ...]:
        """The names of all parts, in the order in which they were named."""
        return tuple(self.shares)

    def class_id(self, shown: ObjectAnnotation) -> int:
        """Return the number of an object's class among those that are kept, from 1."""
        assert shown.category is not None
        return self._ids[shown.category]

    def group(self, shown: ObjectAnnotation) -> dict[str, Any]:
        """Return the recipe's entry that an object was drawn from, as JSON."""
        groups: Any = self.dataset.info.recipe["objects"]
        entry: dict[str, Any] = groups[shown.group]
        return entry

    def keypoint_names(self, category: str) -> tuple[str, ...]:
        """Return the names of all keypoints that objects of a class have, sorted."""
        groups: Any = self.dataset.info.recipe["objects"]
        return tuple(
            sorted(
                {
                    point
                    for name, group in groups.items()
                    if (group.get("category") or name) == category and group["role"] == "target"
                    for point in group.get("keypoints", {})
                }
            )
        )

    def kept_numbers(self, part: str) -> Iterator[int]:
        """Yield the numbers of the frames of one part; records are read only where they matter.

        Raises:
            DatasetError: a record is missing or damaged.
        """
        for number in self._numbers(part, WHOLE_PART):
            if not self.filter.drop_empty or self.filter.kept(self.dataset.annotation(number)):
                yield number

    def frames(self, part: str, span: Span = WHOLE_PART) -> Iterator[ExportFrame]:
        """Yield the frames of one part in the order of their numbers, one at a time.

        Raises:
            DatasetError: a record is missing or damaged.
        """
        counted = dict.fromkeys(Counts.model_fields, 0)
        scene = span.scene
        for number in self._numbers(part, span):
            annotation = self.dataset.annotation(number)
            objects = self.filter.kept(annotation)
            targets = sum(shown.role == "target" for shown in annotation.objects)
            counted["dropped_objects"] += targets - len(objects)
            if self.filter.drop_empty and not objects:
                counted["dropped_frames"] += 1
                continue
            counted["scenes"] += annotation.scene != scene
            scene = annotation.scene
            counted["frames"] += 1
            counted["objects"] += len(objects)
            yield ExportFrame(self.dataset, part, annotation, objects)
            self.listener(number)
        self.counts[part] = Counts(**counted)

    def _numbers(self, part: str, span: Span) -> Iterator[int]:
        views = self.dataset.info.views_per_scene
        for number in self.dataset.frame_numbers(span.first, span.end):
            if self.parts[number // views] == part:
                yield number
