"""``synth schema``: the recipe's JSON Schema."""

from __future__ import annotations

import argparse
import json

from .console import Console

HELP = "print the JSON Schema of recipes"
DESCRIPTION = "Print the JSON Schema of recipes, for editors and other programs."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: there are none."""


def run(options: argparse.Namespace, console: Console) -> int:
    """Print the schema."""
    from ..core.recipe.schema import recipe_schema

    console.result(json.dumps(recipe_schema(), indent=2))
    return 0
