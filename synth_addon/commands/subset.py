"""``synth subset``: some scenes of a dataset."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .console import Console
from .wording import counted

if TYPE_CHECKING:
    from ..core.dataset.adoption import Donor

HELP = "copy some scenes of a dataset"
DESCRIPTION = """\
Copy some scenes of a dataset, with their numbers, into a new one. Files are linked where the disk
allows it. Conditions add up: a scene is taken that meets all of them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add("directory", metavar="DATASET", type=Path, help="the dataset's folder")
    add("--output", "-o", metavar="DIR", type=Path, required=True, help="new folder")
    add("--scene-range", metavar="A:B", help="scenes A to B-1")
    add("--count", type=int, metavar="N", help="N of them, evenly spread")
    add("--class", dest="category", metavar="NAME", help="scenes in which the class is seen")
    add("--resume", action="store_true", help="go on with a copy that was interrupted")
    add("--json", action="store_true", help="write progress as JSON lines")


def run(options: argparse.Namespace, console: Console) -> int:
    """Write the dataset."""
    from ..core.dataset.merge import take_subset
    from ..core.dataset.reading import open_dataset
    from ..core.errors import UsageError

    dataset = open_dataset(options.directory)
    scenes = _in_range(dataset.scene_numbers(), options.scene_range)
    names = [category.name for category in dataset.info.categories]
    if options.category is not None and options.category not in names:
        raise UsageError(
            f"--class {options.category}: the dataset has no such class. It has {', '.join(names)}"
        )
    shows = _shows(options.category)
    if options.count is not None:
        if options.count < 1:
            raise UsageError(f"--count {options.count}: must be at least 1")
        scenes = _spread(scenes, options.count)
    wanted = set(scenes)
    count = take_subset(
        options.directory,
        options.output,
        lambda donor, scene: scene in wanted and shows(donor, scene),
        resume=options.resume,
        listener=lambda scene: console.event("scene", scene=scene),
    )
    console.write(f"{options.output}: {counted(count, 'scene')}")
    console.event("done", output=str(options.output), scenes=count)
    return 0


def _in_range(scenes: list[int], text: str | None) -> list[int]:
    from ..core.errors import UsageError

    if text is None:
        return scenes
    match = re.fullmatch(r"([0-9]{1,10}):([0-9]{1,10})", text)
    if match is None or int(match[1]) >= int(match[2]):
        raise UsageError(f"--scene-range {text!r}: not A:B with A below B")
    return [scene for scene in scenes if int(match[1]) <= scene < int(match[2])]


def _spread(scenes: list[int], count: int) -> list[int]:
    if count >= len(scenes):
        return scenes
    return [scenes[number * len(scenes) // count] for number in range(count)]


def _shows(category: str | None) -> Callable[[Donor, int], bool]:
    def shows(donor: Donor, scene: int) -> bool:
        frames = donor.dataset.entry(scene).frame_range
        return category is None or any(
            shown.category == category and shown.visible_pixels > 0
            for frame in frames
            for shown in donor.dataset.annotation(frame).objects
        )

    return shows
