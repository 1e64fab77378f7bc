"""``synth plan``: what a large dataset will take."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from .console import Console
from .open_file import open_file_of
from .plan_arguments import add_plan_arguments, asked_of

if TYPE_CHECKING:
    from ..core.recipe.recipe import Recipe
    from .plan_arguments import Asked

HELP = "say what time, money and storage a dataset will take"
DESCRIPTION = """\
Render a few scenes of a recipe into a temporary folder, on one core with one render thread, as each
worker of a full machine has it, and say what all frames will take on given machines: time, cost,
storage and files, each with the 95 % interval that the differences between the scenes leave."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_plan_arguments(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """Measure, compute and print."""
    from ..core.asset_catalog import catalog_assets
    from ..farm.one_core import on_one_core
    from .arguments import recipe_from
    from .plan_probe import probe_recipe
    from .plan_report import tell_plan

    began = time.perf_counter()
    asked = asked_of(options)
    loaded = recipe_from(options, console)
    _check_scenes(asked, loaded.recipe)
    catalog = catalog_assets(loaded, open_file_of(loaded.recipe))
    for notice in catalog.notices:
        console.notice(notice)
    with on_one_core(), console.without_native_output():
        probe = probe_recipe(loaded.recipe, catalog, asked.probe_scenes, began, console)
    tell_plan(console, loaded.recipe.name, asked, probe)
    return 0


def _check_scenes(asked: Asked, recipe: Recipe) -> None:
    from ..core.errors import UsageError
    from ..core.recipe.recipe import MOST_SCENES
    from ..farm.planning import scenes_for

    scenes, views = scenes_for(asked.frames, recipe.views_per_scene), recipe.views_per_scene
    if scenes > MOST_SCENES:
        raise UsageError(
            f"--frames {asked.frames}: are {scenes} scenes, a dataset has at most {MOST_SCENES}. "
            f"Give at most {MOST_SCENES * views}, or raise views_per_scene"
        )
