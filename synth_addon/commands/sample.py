"""``synth sample``: one scene of a recipe as plain values, without Blender."""

from __future__ import annotations

import argparse
import json

from .arguments import add_recipe_arguments, recipe_from
from .console import Console
from .open_file import open_file_of

HELP = "print one scene's spec without starting Blender"
DESCRIPTION = """\
Print the spec of one scene: every draw made, before objects are dropped. Where a settled scene
does not suit a camera, later draws replace it; the dataset's scenes/ folder holds what was used."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_recipe_arguments(parser)
    parser.add_argument("--scene", type=int, default=0, metavar="N", help="scene index (default 0)")


def run(options: argparse.Namespace, console: Console) -> int:
    """Print the spec as JSON."""
    from ..core.asset_catalog import catalog_assets
    from ..core.errors import UsageError
    from ..core.notices import Notice
    from ..core.sampling.scene import sample_scene

    if options.scene < 0:
        raise UsageError(f"--scene {options.scene}: must not be negative. Scenes count from 0")
    loaded = recipe_from(options, console)
    catalog = catalog_assets(loaded, open_file_of(loaded.recipe))
    for notice in catalog.notices:
        console.notice(notice)
    if catalog.room_file is not None:
        message = "room.file is read by Blender alone, so this spec lacks what stands in the room"
        console.notice(Notice(message, (catalog.room_file,)))
    spec = sample_scene(loaded.recipe, catalog, options.scene)
    console.result(json.dumps(spec.model_dump(mode="json"), indent=2))
    return 0
