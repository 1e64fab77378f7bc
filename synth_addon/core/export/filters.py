"""Which objects and frames an export leaves out."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from ..annotation import FrameAnnotation, ObjectAnnotation
from ..dataset.info import Category
from ..errors import UsageError
from ..spec import Spec


class ExportFilter(Spec):
    """What is kept; distractors never are objects of an export.

    Attributes:
        min_visible_fraction: of an object's silhouette, 0..1.
        min_area: visible pixels; 1 leaves out what no pixel shows.
        classes: names, empty for all.
        drop_empty: leave out frames of which no object is kept.
    """

    min_visible_fraction: float = Field(default=0.0, ge=0, le=1)
    min_area: int = Field(default=1, ge=0)
    classes: tuple[str, ...] = ()
    drop_empty: bool = False

    def refuse_unseen(self, format: str) -> None:
        """Refuse to keep objects that no pixel shows, for formats whose objects have a box.

        Raises:
            UsageError: such objects would be kept.
        """
        if self.min_area < 1:
            raise UsageError(f"--min-area 0: {format} labels what is visible. Use 1 or more")

    def keeps(self, shown: ObjectAnnotation) -> bool:
        """Tell whether an object is kept."""
        return (
            shown.role == "target"
            and shown.visible_pixels >= self.min_area
            and shown.visible_fraction >= self.min_visible_fraction
            and (not self.classes or shown.category in self.classes)
        )

    def kept(self, annotation: FrameAnnotation) -> tuple[ObjectAnnotation, ...]:
        """Return the objects of a frame that are kept, in the order of their instance ids."""
        return tuple(shown for shown in annotation.objects if self.keeps(shown))

    def categories(self, known: Iterable[Category]) -> tuple[Category, ...]:
        """Return the classes that are kept, numbered anew from 1 in the dataset's order.

        Raises:
            UsageError: a class is named that the dataset does not have.
        """
        names = [category.name for category in known]
        unknown = [name for name in self.classes if name not in names]
        if unknown:
            raise UsageError(
                f"the dataset has no class {unknown[0]!r}. It has {', '.join(names) or 'none'}"
            )
        kept = [name for name in names if not self.classes or name in self.classes]
        return tuple(Category(id=number, name=name) for number, name in enumerate(kept, start=1))
