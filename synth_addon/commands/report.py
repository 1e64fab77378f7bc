"""``synth report``: one page about a dataset, and how it compares with another."""

from __future__ import annotations

import argparse
from pathlib import Path

from .console import Console

HELP = "write a page with statistics, frames and warnings"
DESCRIPTION = """\
Write one HTML page about a dataset: frames with their annotations, classes, boxes, visibility,
poses, cameras, light, duplicates, outliers and warnings. It opens from the disk and needs no
network. With --compare it says how the dataset differs from another, or from real photos."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add("directory", metavar="DIR", type=Path, help="the dataset's folder")
    add(
        "--output",
        "-o",
        metavar="FILE",
        type=Path,
        help="the page, a .html file (default: report.html in DIR)",
    )
    add(
        "--frames",
        type=int,
        default=24,
        metavar="N",
        help="frames that the page shows, evenly spread (default 24)",
    )
    add(
        "--pictures",
        type=int,
        default=2000,
        metavar="N",
        help="pictures that are measured at most, evenly spread (default 2000)",
    )
    add(
        "--embed",
        action="store_true",
        help="put the shown frames into the page, so that it can be sent alone",
    )
    add(
        "--compare",
        metavar="OTHER",
        type=Path,
        help="another dataset, a COCO .json file or a folder of pictures",
    )
    add(
        "--compare-images",
        metavar="DIR",
        type=Path,
        help="where the pictures of a COCO file lie, if not beside it",
    )
    add("--json", action="store_true", help="write progress as JSON lines")


def run(options: argparse.Namespace, console: Console) -> int:
    """Write the page."""
    from ..core.report.page import ReportOptions, write_report

    chosen = ReportOptions(
        frames=options.frames,
        pictures=options.pictures,
        embed=options.embed,
        compare=options.compare,
        compare_images=options.compare_images,
    )
    written = write_report(
        options.directory,
        options.output,
        chosen,
        lambda frame: console.event("read", frame=frame),
    )
    size = written.stat().st_size
    console.write(f"wrote {written} ({size / 1e6:.1f} MB)")
    console.event("done", output=str(written), bytes=size)
    return 0
