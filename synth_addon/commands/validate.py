"""``synth validate``: whether a dataset, or an export of one, keeps its promises."""

from __future__ import annotations

import argparse
from pathlib import Path

from .console import Console
from .wording import counted

HELP = "check every promise that a dataset makes"
DESCRIPTION = """\
Check files, hashes, sizes, masks, boxes, poses and categories against each other. Each broken
promise is one line naming frame and object; exit code 1 if there is any."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "directory", metavar="DIR", type=Path, help="the folder of a dataset or an export"
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Print what is broken, or that nothing is."""
    from ..core.dataset.reading import open_dataset
    from ..core.dataset.validate import iterate_problems
    from ..core.export.record import is_export

    if is_export(options.directory):
        return _check_export(options.directory, console)
    dataset = open_dataset(options.directory)
    count = 0
    for problem in iterate_problems(options.directory):
        count += 1
        console.result(problem)
    frames = counted(len(dataset.frame_numbers()), "frame")
    if count:
        console.result(f"{options.directory}: {counted(count, 'broken promise')} in {frames}")
        return 1
    console.result(f"{options.directory}: {frames}, every promise kept")
    return 0


def _check_export(folder: Path, console: Console) -> int:
    from ..core.export.check import export_problems
    from ..core.export.record import read_record

    record, count = read_record(folder), 0
    for problem in export_problems(folder, record):
        count += 1
        console.result(problem)
    frames = counted(sum(counts.frames for counts in record.counts.values()), "frame")
    if count:
        console.result(f"{folder}: {counted(count, 'broken promise')} in {frames}")
        return 1
    console.result(f"{folder}: {frames} as {record.format}, every promise kept")
    return 0
