"""``synth status``: how far a dataset is."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import add_place_argument
from .console import Console
from .wording import counted

if TYPE_CHECKING:
    from ..core.dataset.place import Place

HELP = "say how far a dataset is"
DESCRIPTION = "Say how many scenes are finished, how many were asked for, and whether a run is on."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_place_argument(parser)
    parser.add_argument("--json", action="store_true", help="write a JSON line")


def run(options: argparse.Namespace, console: Console) -> int:
    """Print it."""
    from ..core.dataset.run_record import read_run
    from ..core.dataset.storage import folder_at
    from ..core.errors import DatasetError

    finished, views, running = _state(options.directory)
    try:
        run = read_run(folder_at(options.directory))
    except DatasetError:
        run = None
    wanted = run.scenes if run is not None else finished
    aside = run.set_aside if run is not None else {}
    console.event(
        "status",
        finished=finished,
        wanted=wanted,
        frames=finished * views,
        running=running,
        set_aside={str(scene): reason for scene, reason in aside.items()},
    )
    console.write(f"{counted(finished, 'scene')} of {wanted}, {finished * views} frames")
    for scene, reason in aside.items():
        console.write(f"scene {scene} was set aside: {reason}")
    if running:
        console.write("a process is writing")
    elif finished < wanted:
        console.write(f"to go on:  synth resume {options.directory}")
    return 0


def _state(place: Place) -> tuple[int, int, bool]:
    """Return how many scenes are finished, the views of each, and whether a process writes."""
    if isinstance(place, Path):
        from ..core.dataset.lock import is_locked
        from ..core.dataset.reading import open_dataset

        dataset = open_dataset(place)
        return len(dataset), dataset.info.views_per_scene, is_locked(place)
    from ..core.dataset.object_folder import ObjectFolder
    from ..core.dataset.object_reading import finished_scenes
    from ..core.dataset.object_store import read_object_info

    folder = ObjectFolder(place)
    return len(finished_scenes(folder)), read_object_info(folder).views_per_scene, False
