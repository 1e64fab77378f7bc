"""The recipe that the settings of a scene state, validated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import bpy

from ..core.errors import Problem, RecipeError, UsageError
from ..core.recipe.loading import LoadedRecipe, load_data
from ..translations.translating import reported
from .settings import settings_of
from .to_recipe import SOURCE, recipe_data

HERE = "//"
"""What Blender's paths begin with that are relative to the .blend file."""


def load_scene_recipe(
    scene: bpy.types.Scene,
    overrides: Iterable[str] = (),
    folder: Path | None = None,
    *,
    untrusted: bool = False,
) -> LoadedRecipe:
    """Return the recipe in the settings of a scene, with ``PATH=VALUE`` overrides on top.

    Args:
        folder: where file names start from; None for the folder of the .blend file.
        untrusted: whether the recipe may reach nothing outside that folder.

    Raises:
        RecipeError: with every problem found.
        UsageError: no object is marked, or an override cannot be read.
    """
    if not settings_of(scene).recipe.objects:
        raise UsageError(
            reported(
                "no object of scene {name!r} is marked. Select objects and mark them as targets in "
                "the sidebar's Synth tab, or name a recipe",
                name=scene.name,
            )
        )
    problems = list(_without_a_place(scene))
    if problems:
        raise RecipeError(problems, SOURCE)
    start = folder or file_folder()
    return load_data(recipe_data(scene), start, SOURCE, overrides, untrusted=untrusted)


def file_folder() -> Path:
    """Return the folder of the open .blend file, or the current one before it was saved."""
    return Path(bpy.data.filepath).parent if bpy.data.filepath else Path.cwd()


def _without_a_place(scene: bpy.types.Scene) -> Iterator[Problem]:
    """Yield the folders that are relative to a file which was never saved."""
    assets: Any = settings_of(scene).recipe.assets
    for name in ("models", "hdri", "textures", "photos", "front3d"):
        folder = getattr(assets, name)
        if not bpy.data.filepath and getattr(assets, f"use_{name}") and folder.startswith(HERE):
            message = "relative to a .blend file that was never saved"
            yield Problem(
                f"assets.{name}", repr(folder), message, "Save the file, or use a full path"
            )
