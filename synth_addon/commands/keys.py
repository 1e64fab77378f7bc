"""``synth keys``: who may read a stream over a network."""

from __future__ import annotations

import argparse
from pathlib import Path

from .console import Console

HELP = "make the keys of streams that other machines may read"
DESCRIPTION = """\
Make a folder with the keys of a stream and of its readers. Give the stream the folder
(`synth stream --keys DIR`), and copy client.key_secret and server.key to its readers, who name the
folder that these are in. Both prove who they are, and all that passes between them is encrypted."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("directory", metavar="DIR", type=Path, help="a folder without keys")


def run(options: argparse.Namespace, console: Console) -> int:
    """Make them."""
    from .stream import refuse_without_zeromq

    refuse_without_zeromq()
    from ..stream.keys import make_keys

    make_keys(options.directory)
    console.write(
        f"keys are in {options.directory}; keep server.key_secret to the stream's machine"
    )
    return 0
