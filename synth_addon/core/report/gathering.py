"""Everything that a report says about a dataset, gathered in one pass over its scenes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..annotation import FrameAnnotation, ObjectAnnotation
from ..dataset.layout import image_path
from ..dataset.reading import Dataset
from ..pictures.contact_sheet import spread_evenly
from .camera_statistics import CameraStatistics
from .duplicates import equal_groups, near_groups
from .extremes import Extremes
from .light_statistics import LightStatistics
from .object_statistics import ObjectStatistics
from .picture_statistics import PictureMeasures, PictureStatistics, measure_picture

BLACK, WHITE = 0.04, 0.96
"""Mean brightness below and above which a picture counts as nearly black and nearly white."""
OUTLIERS = (
    "Smallest objects",
    "Largest objects",
    "Most hidden targets",
    "Most truncated targets",
    "Most crowded frames",
    "Empty frames",
    "Darkest frames",
    "Brightest frames",
    "Least sharp frames",
)


@dataclass
class Statistics:
    """All that was gathered; its size does not depend on the number of frames.

    Attributes:
        pictures: of at most as many frames as were asked for, evenly spread.
        outliers: by the names in `OUTLIERS`.
        equal, near: groups of frames with the same picture, and with one that looks the same; near
            ones among the measured pictures alone.
        black, white: how many measured pictures are nearly black and nearly white.
    """

    objects: ObjectStatistics
    cameras: CameraStatistics = field(default_factory=CameraStatistics)
    lights: LightStatistics = field(default_factory=LightStatistics)
    pictures: PictureStatistics = field(default_factory=PictureStatistics)
    outliers: dict[str, Extremes] = field(
        default_factory=lambda: {name: Extremes() for name in OUTLIERS}
    )
    equal: list[list[int]] = field(default_factory=list)
    near: list[list[int]] = field(default_factory=list)
    black: int = 0
    white: int = 0


def gather(
    dataset: Dataset, pictures: int, listener: Callable[[int], None] = lambda frame: None
) -> Statistics:
    """Gather the statistics of a dataset.

    Args:
        pictures: how many pictures are decoded at most, evenly spread.
        listener: told of each frame.

    Raises:
        DatasetError: a record or picture is missing or damaged.
    """
    numbers = dataset.frame_numbers()
    measured = spread_evenly(numbers, pictures)
    wanted, hashes = set(measured), []
    statistics = Statistics(ObjectStatistics(dataset.info.categories))
    scene = None
    for annotation in dataset.annotations():
        if annotation.scene != scene:
            scene = annotation.scene
            statistics.lights.add(dataset.scene(scene).spec)
        statistics.objects.add(annotation)
        statistics.cameras.add(annotation)
        _note_objects(statistics.outliers, annotation)
        if annotation.frame in wanted:
            path = dataset.directory / image_path(annotation.frame)
            measures = measure_picture(path)
            hashes.append(measures.hash)
            _note_picture(statistics, annotation.frame, measures)
        listener(annotation.frame)
    statistics.equal = equal_groups(dataset)
    statistics.near = [[measured[place] for place in group] for group in near_groups(hashes)]
    return statistics


def _note_objects(outliers: dict[str, Extremes], annotation: FrameAnnotation) -> None:
    frame, pixels = annotation.frame, annotation.width * annotation.height
    seen = [each for each in annotation.objects if each.role == "target" and each.visible_box]
    if not seen:
        outliers["Empty frames"].add(frame, frame, "no target is seen")
    outliers["Most crowded frames"].add(-len(seen), frame, f"{len(seen)} targets")
    for each in seen:
        name, number = _name(each), each.instance_id
        size, share = each.visible_pixels, each.visible_pixels / pixels
        hidden, cut = each.visible_fraction, each.truncation_fraction
        outliers["Smallest objects"].add(size, frame, f"{name}, {size} pixels", number)
        large = f"{name}, {100 * share:.1f} % of the picture"
        outliers["Largest objects"].add(-size, frame, large, number)
        # What the picture's edge cuts off is no occlusion: it has a list of its own.
        unseen = hidden / (1 - cut) if cut < 1 else hidden
        words = f"{name}, {100 * min(1.0, unseen):.1f} % of what is inside the picture is seen"
        outliers["Most hidden targets"].add(unseen, frame, words, number)
        if cut > 0:
            outside = f"{name}, {100 * cut:.1f} % outside the picture"
            outliers["Most truncated targets"].add(-cut, frame, outside, number)


def _note_picture(statistics: Statistics, frame: int, measures: PictureMeasures) -> None:
    statistics.pictures.add(measures)
    brightness, outliers = measures.brightness, statistics.outliers
    statistics.black += brightness < BLACK
    statistics.white += brightness > WHITE
    words = f"mean brightness {brightness:.3f}"
    outliers["Darkest frames"].add(brightness, frame, words)
    outliers["Brightest frames"].add(-brightness, frame, words)
    sharp = f"sharpness {measures.sharpness:.3g}"
    outliers["Least sharp frames"].add(measures.sharpness, frame, sharp)


def _name(item: ObjectAnnotation) -> str:
    return f"{item.category} {item.instance_id}"
