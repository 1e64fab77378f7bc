"""``synth status``: how far a dataset is."""

from __future__ import annotations

import argparse
from pathlib import Path

from .console import Console
from .wording import counted

HELP = "say how far a dataset is"
DESCRIPTION = "Say how many scenes are finished, how many were asked for, and whether a run is on."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("directory", metavar="DIR", type=Path, help="the dataset's folder")
    parser.add_argument("--json", action="store_true", help="write a JSON line")


def run(options: argparse.Namespace, console: Console) -> int:
    """Print it."""
    from ..core.dataset.lock import is_locked
    from ..core.dataset.reading import open_dataset
    from ..core.dataset.run_record import read_run
    from ..core.errors import DatasetError

    dataset = open_dataset(options.directory)
    finished, views = dataset.scene_numbers(), dataset.info.views_per_scene
    running = is_locked(options.directory)
    try:
        run = read_run(options.directory)
    except DatasetError:
        run = None
    wanted = run.scenes if run is not None else len(finished)
    aside = run.set_aside if run is not None else {}
    console.event(
        "status",
        finished=len(finished),
        wanted=wanted,
        frames=len(finished) * views,
        running=running,
        set_aside={str(scene): reason for scene, reason in aside.items()},
    )
    console.write(f"{counted(len(finished), 'scene')} of {wanted}, {len(finished) * views} frames")
    for scene, reason in aside.items():
        console.write(f"scene {scene} was set aside: {reason}")
    if running:
        console.write("a process is writing")
    elif len(finished) < wanted:
        console.write(f"to go on:  synth resume {options.directory}")
    return 0
