"""The page as a whole: one file that opens from the disk, without the network."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from ..dataset.faults import reason_of
from ..dataset.layout import FOLDERS
from ..dataset.reading import open_dataset
from ..errors import DatasetError, OutputError, UsageError
from ..pictures.contact_sheet import spread_evenly
from ..pictures.palette import DISTRACTOR, class_color
from . import sections
from .charts import hex_color
from .comparison import differences
from .gathering import Statistics, gather
from .other_pictures import OtherStatistics, gather_other
from .sample_frames import PictureSource
from .warnings import warnings

DEFAULT_NAME = "report.html"
_HERE = Path(__file__).parent
_SUFFIXES = (".html", ".htm")
_TEMPORARY = ".tmp-"


@dataclass(frozen=True)
class ReportOptions:
    """What a report holds.

    Attributes:
        frames: how many frames it shows.
        pictures: how many pictures are measured at most.
        embed: whether the shown pictures are in the page itself.
        compare: another dataset, a COCO file or a folder of pictures.
        compare_images: where the pictures of a COCO file lie.
    """

    frames: int = 24
    pictures: int = 2000
    embed: bool = False
    compare: Path | None = None
    compare_images: Path | None = None


def write_report(
    directory: Path,
    output: Path | None = None,
    options: ReportOptions | None = None,
    listener: Callable[[int], None] = lambda frame: None,
) -> Path:
    """Write the page about a dataset; the same dataset and places give the same bytes.

    Args:
        output: the page's file; without it `DEFAULT_NAME` in the dataset's folder.
        listener: told of each frame.

    Raises:
        DatasetError: it is no dataset, has no frames, or is damaged.
        UsageError: a number is below 1, or the other side cannot be used.
        OutputError: the page cannot be written there.
    """
    options = options or ReportOptions()
    for name in ("frames", "pictures"):
        if getattr(options, name) < 1:
            raise UsageError(f"--{name} {getattr(options, name)}: must be at least 1")
    dataset = open_dataset(directory)
    output = directory / DEFAULT_NAME if output is None else output
    _check_output(output, directory)
    if not dataset.frame_numbers():
        raise DatasetError(f"{directory}: has no frames yet. Generate some first")
    other = None
    if options.compare is not None:
        other = gather_other(options.compare, options.pictures, options.compare_images)
    elif options.compare_images is not None:
        raise UsageError(f"--compare-images {options.compare_images}: needs --compare as well")
    statistics = gather(dataset, options.pictures, listener)
    source = PictureSource(dataset, output.absolute().parent, options.embed)
    _write(output, _page(source, statistics, other, options.frames))
    return output


def _check_output(output: Path, directory: Path) -> None:
    if output.suffix.lower() not in _SUFFIXES:
        raise UsageError(f"--output {output}: must end in .html")
    if output.is_dir():
        raise OutputError(f"--output {output}: is a folder. Name a file in it")
    place = output.resolve()
    if any((directory / folder).resolve() in place.parents for folder in FOLDERS):
        raise OutputError(
            f"--output {output}: lies where only the dataset's own files may be. "
            f"Write it beside them, as {directory / DEFAULT_NAME}"
        )


def _write(output: Path, text: str) -> None:
    temporary = output.with_name(_TEMPORARY + output.name)
    try:
        temporary.write_text(text, "utf-8", newline="\n")
        os.replace(temporary, output)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise OutputError(
            f"--output {output}: cannot be written ({reason_of(error)}). "
            "Choose another file, in a folder that exists"
        ) from error


def _page(
    source: PictureSource, statistics: Statistics, other: OtherStatistics | None, count: int
) -> str:
    dataset = source.dataset
    name = str(dataset.info.recipe.get("name") or dataset.directory.resolve().name)
    numbers = spread_evenly(dataset.frame_numbers(), count)
    parts = _sections(source, statistics, other)
    navigation = "".join(f'<a href="#{key}">{escape(title)}</a>' for key, title, _, _ in parts)
    return Template(_beside("report.html")).substitute(
        name=escape(name),
        style=_beside("report.css"),
        script=_beside("report.js"),
        data=_script_json(_data(source, numbers)),
        navigation=navigation,
        summary=sections.summary(dataset.info, statistics, len(dataset.scene_numbers())),
        warnings=sections.warning_list(warnings(statistics)),
        shown=len(numbers),
        total=f"{statistics.objects.frames:,}",
        choices=sections.class_choices(dataset.info),
        legend=sections.class_legend(dataset.info),
        sections="\n".join(
            sections.section(key, title, content, note) for key, title, note, content in parts
        ),
    )


def _sections(
    source: PictureSource, statistics: Statistics, other: OtherStatistics | None
) -> list[tuple[str, str, str, str]]:
    """Return anchor, title, note and content of each part."""
    info, link, found = source.dataset.info, source.link, statistics
    measured = _measured(statistics)
    facing = "From where the camera sees targets, in the object's own frame."
    axis = "Where cameras look from: against their viewing axis, in the world's frame, z up."
    parts = [
        ("classes", "Classes", "", sections.classes(info, found)),
        (
            "boxes",
            "Boxes",
            "Of targets with at least one visible pixel.",
            sections.boxes(info, found),
        ),
        ("visibility", "Visibility", "", sections.visibility(found)),
        ("poses", "Poses", facing, sections.poses(found)),
        ("cameras", "Cameras", axis, sections.cameras(found)),
        ("light", "Light", "", sections.lights(found)),
        ("pictures", "Pictures", measured, sections.pictures(found)),
        ("duplicates", "Duplicates", "", sections.duplicates(found, link)),
        ("outliers", "Outliers", measured, sections.outliers(found, link, not source.embed)),
    ]
    if other is not None:
        content = sections.comparison(other, differences(statistics, other))
        parts.insert(0, ("comparison", "Comparison", "", content))
    return parts


def _measured(statistics: Statistics) -> str:
    count, total = statistics.pictures.count, statistics.objects.frames
    if count == total:
        return "Brightness, sharpness, colour and hashes are of all pictures."
    return (
        f"Brightness, sharpness, colour and hashes are of {count:,} of {total:,} pictures, "
        "evenly spread; --pictures measures more."
    )


def _data(source: PictureSource, numbers: list[int]) -> dict[str, Any]:
    colors = [hex_color(DISTRACTOR)]
    colors += [hex_color(class_color(category.id)) for category in source.dataset.info.categories]
    return {"colors": colors, "frames": [source.frame(number) for number in numbers]}


def _script_json(data: dict[str, Any]) -> str:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _beside(name: str) -> str:
    return (_HERE / name).read_text("utf-8")
