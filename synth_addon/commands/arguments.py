"""Arguments that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..core.recipe.loading import LoadedRecipe
    from .console import Console

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""


def add_recipe_arguments(parser: argparse.ArgumentParser) -> None:
    """Add SOURCE and what changes how it is read."""
    parser.add_argument(
        "source",
        metavar="SOURCE",
        nargs="?",
        help="a preset's name, a recipe's .json file, or a .blend file with settings; without it, "
        "inside Blender, the settings of the open file",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="override one value of the recipe; VALUE is JSON or plain text; may be repeated",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="where file names in the recipe start from (default: the folder of SOURCE)",
    )
    parser.add_argument(
        "--untrusted",
        action="store_true",
        help="for recipes of strangers: read no file outside that folder, links resolved, and run "
        "nothing in .blend files; .fbx and USD files, which may name any file, are refused",
    )
    parser.add_argument("--seed", type=int, metavar="S", help="override the recipe's seed")


def add_output_argument(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add --output of a dataset that is generated."""
    from ..core.dataset.place import place_of

    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        type=place_of,
        required=required,
        help="the dataset's folder, or a URL such as s3://BUCKET/FOLDER",
    )


def add_place_argument(parser: argparse.ArgumentParser) -> None:
    """Add DIR of a command that reads a dataset wherever it lies."""
    from ..core.dataset.place import place_of

    parser.add_argument(
        "directory",
        metavar="DIR",
        type=place_of,
        help="the dataset's folder, or a URL such as s3://BUCKET/FOLDER",
    )


def recipe_from(options: argparse.Namespace, console: Console) -> LoadedRecipe:
    """Load the recipe that the arguments name, overrides applied.

    Raises:
        AssetError: it is a .blend file that reaches where it must not.
        RecipeError: it cannot be used.
        UsageError: it does not exist, or an override cannot be read.
    """
    from ..core.recipe.loading import load_recipe

    overrides = list(options.set)
    if options.seed is not None:
        overrides.append(f"seed={options.seed}")
    if options.source is None or options.source.endswith(".blend"):
        from .scene_settings import recipe_of_scene

        with console.without_native_output():
            return recipe_of_scene(
                options.source, overrides, options.folder, untrusted=options.untrusted
            )
    return load_recipe(options.source, overrides, options.folder, untrusted=options.untrusted)
