"""``synth merge``: several datasets as one."""

from __future__ import annotations

import argparse
from pathlib import Path

from .console import Console
from .wording import counted

HELP = "join datasets, such as parts that several machines have made"
DESCRIPTION = """\
Join datasets into a new one. Parts of one recipe become exactly what one run would have made.
Others keep their pictures, and their scenes and classes are numbered anew, in the order given.
Files are linked where the disk allows it. An interrupted merge goes on with --resume."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add("directories", metavar="DATASET", type=Path, nargs="+", help="the datasets' folders")
    add("--output", "-o", metavar="DIR", type=Path, required=True, help="new folder")
    add("--resume", action="store_true", help="go on with a merge that was interrupted")
    add("--json", action="store_true", help="write progress as JSON lines")


def run(options: argparse.Namespace, console: Console) -> int:
    """Write the dataset."""
    from ..core.dataset.merge import merge_datasets

    count = merge_datasets(
        options.directories,
        options.output,
        resume=options.resume,
        listener=lambda scene: console.event("scene", scene=scene),
    )
    console.write(f"{options.output}: {counted(count, 'scene')}")
    console.event("done", output=str(options.output), scenes=count)
    return 0
