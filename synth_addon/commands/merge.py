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
Files are linked where the disk allows it. An interrupted merge goes on with --resume. --parts
names the folder that holds many datasets; they come in the order of their folders' names."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add("directories", metavar="DATASET", type=Path, nargs="*", help="the datasets' folders")
    add("--parts", metavar="DIR", type=Path, help="also every dataset that lies in DIR")
    add("--output", "-o", metavar="DIR", type=Path, required=True, help="new folder")
    add("--resume", action="store_true", help="go on with a merge that was interrupted")
    add("--json", action="store_true", help="write progress as JSON lines")


def run(options: argparse.Namespace, console: Console) -> int:
    """Write the dataset."""
    from ..core.dataset.merge import datasets_in, merge_datasets
    from ..core.errors import UsageError

    directories: list[Path] = list(options.directories)
    if options.parts is not None:
        directories += datasets_in(options.parts)
    if not directories:
        raise UsageError("DATASET is missing: name folders of datasets, or one of many by --parts")
    count = merge_datasets(
        directories,
        options.output,
        resume=options.resume,
        listener=lambda scene: console.event("scene", scene=scene),
    )
    console.write(f"{options.output}: {counted(count, 'scene')}")
    console.event("done", output=str(options.output), scenes=count)
    return 0
