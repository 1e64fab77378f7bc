"""``synth download``: a dataset from an object store into a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from .console import Console
from .wording import counted

HELP = "copy a dataset from an object store into a folder"
DESCRIPTION = """\
Copy a dataset that `synth generate --output s3://...` has written into a folder, where every other
command reads it. Each object is compared with the journal. An interrupted copy goes on with
--resume."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    from ..core.dataset.place import place_of

    add = parser.add_argument
    add("url", metavar="URL", type=place_of, help="the dataset, such as s3://BUCKET/FOLDER")
    add("-o", "--output", metavar="DIR", type=Path, required=True, help="new folder")
    add("--resume", action="store_true", help="go on with a copy that was interrupted")
    add("--json", action="store_true", help="write progress as JSON lines")


def run(options: argparse.Namespace, console: Console) -> int:
    """Copy it."""
    from ..core.dataset.object_folder import ObjectFolder
    from ..core.dataset.object_reading import download
    from ..core.errors import UsageError

    if isinstance(options.url, Path):
        raise UsageError(f"{options.url}: is a folder already. Give a URL such as s3://BUCKET/CUPS")
    count = download(
        ObjectFolder(options.url),
        options.output,
        resume=options.resume,
        listener=lambda scene: console.event("scene", scene=scene),
    )
    console.write(f"{options.output}: {counted(count, 'scene')}")
    console.event("done", output=str(options.output), scenes=count)
    return 0
