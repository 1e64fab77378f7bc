"""Brings recipes of older versions up to the current one, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..errors import Problem, RecipeError
from .problems import shown

Step = Callable[[dict[str, Any]], dict[str, Any]]

STEPS: Mapping[int, Step] = {}
"""From version n to n + 1, for every n below the current version."""


def migrate(
    data: dict[str, Any], source: str, current: int, steps: Mapping[int, Step] = STEPS
) -> dict[str, Any]:
    """Return `data` in the `current` version; the input is not changed.

    Raises:
        RecipeError: no version, or one that is unknown or newer than this program.
    """
    version = data.get("version")
    if isinstance(version, bool) or not isinstance(version, int):
        found = shown(version) if "version" in data else ""
        remedy = f'Write "version": {current} at the top'
        raise RecipeError([Problem("version", found, "must be a whole number", remedy)], source)
    if version > current:
        remedy = "Update Synth, or export the recipe with an older version"
        message = f"this program reads versions up to {current}"
        raise RecipeError([Problem("version", str(version), message, remedy)], source)
    migrated = dict(data)
    while version < current:
        if version not in steps:
            message, remedy = "no such version was ever published", f"Write {current}"
            raise RecipeError([Problem("version", str(version), message, remedy)], source)
        migrated = {**steps[version](migrated), "version": version + 1}
        version += 1
    return migrated
