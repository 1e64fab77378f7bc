"""``synth preset``: the recipes that ship."""

from __future__ import annotations

import argparse
import json

from .console import Console

HELP = "list the shipped recipes, or show one"
DESCRIPTION = "List the shipped recipes with what they are for, or print one as JSON."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="name every preset with its description")
    show = actions.add_parser("show", help="print a preset with all defaults filled in")
    show.add_argument("name", metavar="NAME", help="the preset's name")


def run(options: argparse.Namespace, console: Console) -> int:
    """List the presets or print one."""
    from ..core.recipe.loading import load_recipe
    from ..core.recipe.presets import preset_names

    if options.action == "show":
        recipe = load_recipe(options.name).recipe
        console.result(json.dumps(recipe.model_dump(mode="json"), indent=2))
        return 0
    for name in preset_names():
        console.result(f"{name:16} {load_recipe(name).recipe.description}")
    return 0
