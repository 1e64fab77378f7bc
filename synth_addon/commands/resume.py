"""``synth resume``: go on with a run that was interrupted."""

from __future__ import annotations

import argparse

from .arguments import add_place_argument
from .console import Console

HELP = "go on with a run that was interrupted"
DESCRIPTION = """\
Go on with the run that a dataset was last asked for with: the same command, with --resume. Scenes
that were set aside are tried again."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_place_argument(parser)
    parser.add_argument("--workers", metavar="N", help="another number of workers, or auto")
    parser.add_argument("--json", action="store_true", help="write progress as JSON lines")


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command again."""
    from ..core.dataset.run_record import read_run
    from ..core.dataset.storage import folder_at
    from . import generate

    arguments = list(read_run(folder_at(options.directory)).arguments[1:])
    arguments += ["--output", str(options.directory), "--resume"]
    if options.workers is not None:
        arguments += ["--workers", options.workers]
    if options.json:
        arguments.append("--json")
    parser = argparse.ArgumentParser(prog="synth generate")
    generate.add_arguments(parser)
    return generate.run(parser.parse_args(arguments), console)
