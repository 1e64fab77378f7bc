"""``synth hash``: one number for a whole dataset."""

from __future__ import annotations

import argparse
from pathlib import Path

from .console import Console

HELP = "print one hash of a whole dataset"
DESCRIPTION = "Print the tree hash of a dataset: equal for equal content, wherever it lies."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("directory", metavar="DIR", type=Path, help="the dataset's folder")


def run(options: argparse.Namespace, console: Console) -> int:
    """Print the hash."""
    from ..core.dataset.tree_hash import hash_dataset

    console.result(hash_dataset(options.directory))
    return 0
