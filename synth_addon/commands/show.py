"""``synth show``: a picture of frames with their annotations drawn."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from .console import Console

HELP = "draw a frame, or a contact sheet, with its annotations"
DESCRIPTION = """\
Draw boxes, masks and classes over one frame; without FRAME, over a sheet of frames spread evenly
over the dataset. The picture goes to a file, or to the terminal."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("directory", metavar="DIR", type=Path, help="the dataset's folder")
    parser.add_argument("frame", metavar="FRAME", type=int, nargs="?", help="frame number")
    parser.add_argument(
        "-o",
        "--output",
        metavar="PICTURE",
        type=Path,
        help="a .png or .jpg file; without it the picture is drawn in the terminal",
    )
    parser.add_argument(
        "--frames", type=int, default=24, metavar="N", help="frames on the sheet (default 24)"
    )
    parser.add_argument(
        "--columns", type=int, default=4, metavar="N", help="columns of the sheet (default 4)"
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Write the picture."""
    from ..core.dataset.reading import open_dataset
    from ..core.errors import DatasetError, UsageError
    from ..core.pictures.contact_sheet import contact_sheet
    from ..core.pictures.overlay import draw_frame
    from ..core.pictures.terminal import ansi_picture

    for name in ("frames", "columns"):
        if getattr(options, name) < 1:
            raise UsageError(f"--{name} {getattr(options, name)}: must be at least 1")
    dataset = open_dataset(options.directory)
    numbers = dataset.frame_numbers()
    if not numbers:
        raise DatasetError(f"{options.directory}: has no frames yet. Generate some first")
    if options.frame is not None:
        picture = draw_frame(dataset, options.frame)
    else:
        picture = contact_sheet(dataset, numbers, options.frames, options.columns)
    if options.output is None:
        console.result(ansi_picture(picture, shutil.get_terminal_size().columns))
        return 0
    try:
        picture.save(options.output)
    except (OSError, ValueError) as error:
        raise UsageError(f"--output {options.output}: cannot be written: {error}") from error
    console.write(f"wrote {options.output}")
    return 0
