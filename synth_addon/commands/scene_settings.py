"""The recipe that stands in a .blend file."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..core.recipe.loading import LoadedRecipe


def recipe_of_scene(
    file: str | None, overrides: Iterable[str], folder: Path | None, *, untrusted: bool = False
) -> LoadedRecipe:
    """Return the recipe in the settings of a .blend file's active scene.

    Args:
        file: opened first, without running its scripts; None for the file that is open.
        folder: where file names start from; None for the folder of the .blend file.
        untrusted: whether the file may reach nothing outside that folder.

    Raises:
        AssetError: the file names something outside.
        RecipeError: the settings cannot be used.
        UsageError: the file cannot be opened, or nothing is marked in it.
    """
    from ..core.errors import UsageError

    if file is None and "bpy" not in sys.modules:
        raise UsageError(
            "SOURCE is missing: name a preset, a recipe's .json file or a .blend file. "
            "`synth preset list` shows the presets"
        )
    from ..blender.fencing import check_open_blend
    from ..blender.open_file import active_scene, open_blend
    from ..properties import ensure_registered
    from ..properties.loading import load_scene_recipe

    ensure_registered()
    if file is not None:
        open_blend(Path(file))
    loaded = load_scene_recipe(active_scene(), overrides, folder, untrusted=untrusted)
    check_open_blend(loaded.fence)
    return loaded
