"""``synth hash``: one number for a whole dataset."""

from __future__ import annotations

import argparse
from pathlib import Path

from .arguments import add_place_argument
from .console import Console

HELP = "print one hash of a whole dataset"
DESCRIPTION = "Print the tree hash of a dataset: equal for equal content, wherever it lies."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_place_argument(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """Print the hash."""
    if isinstance(options.directory, Path):
        from ..core.dataset.tree_hash import hash_dataset

        console.result(hash_dataset(options.directory))
    else:
        from ..core.dataset.object_folder import ObjectFolder
        from ..core.dataset.object_reading import hash_objects

        console.result(hash_objects(ObjectFolder(options.directory)))
    return 0
