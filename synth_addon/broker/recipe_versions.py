"""The recipe of a stream and its changes while it runs."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..core.asset_catalog import AssetCatalog
from ..core.errors import Problem, RecipeError
from ..core.recipe.loading import LoadedRecipe, validate_recipe
from ..core.recipe.problems import shown
from ..core.recipe.recipe import Recipe
from ..farm.protocol import Message

_FIXED = (
    *("version", "seed", "views_per_scene", "assets", "outputs", "room.file"),
    *("camera.width_px", "camera.height_px"),
)
"""What frames' numbers and arrays, a dataset's content and the files that are loaded depend on."""
_SOURCE = "the update"


class RecipeVersions:
    """A `FrameSource` that counts the versions of a recipe; 0 is the recipe as it was loaded.

    Args:
        catalog: lists the files of a recipe.
    """

    def __init__(
        self, loaded: LoadedRecipe, catalog: Callable[[LoadedRecipe], AssetCatalog]
    ) -> None:
        self._loaded, self._catalog = loaded, catalog
        self._files = frozenset(catalog(loaded).paths)
        self.name, self.seed = loaded.recipe.name, loaded.recipe.seed
        self.views = loaded.recipe.views_per_scene
        self.version = 0
        self.makes_frames, self.takes_commands = True, False

    def meet(self, hello: Message) -> None:
        """Learn nothing: all is in the recipe."""

    @property
    def recipe(self) -> Recipe:
        """The newest version."""
        return self._loaded.recipe

    def order(self) -> Mapping[str, Any]:
        """Return what instances are told of the newest version."""
        return {"update": {"version": self.version, "recipe": _plain(self.recipe)}}

    def update(self, changes: Mapping[str, Any]) -> int:
        """Apply changes and return the new version.

        Args:
            changes: new values by dotted path, such as ``{"lights.energy": {"uniform": [5, 9]}}``.

        Raises:
            AssetError: a file that they name cannot be used.
            RecipeError: they cannot be made, with every problem found; nothing has changed.
        """
        data = _plain(self.recipe)
        for path, value in changes.items():
            _set(data, path, value)
        recipe = validate_recipe(data, _SOURCE)
        problems = list(_fixed(_plain(self.recipe), _plain(recipe)))
        if problems:
            raise RecipeError(problems, _SOURCE)
        loaded = replace(self._loaded, recipe=recipe)
        new = sorted(frozenset(self._catalog(loaded).paths) - self._files)
        if new:
            remedy = "List them in the recipe from the start, for instance in a group of weight 0"
            message = "names files that the stream was not started with"
            raise RecipeError([Problem("", ", ".join(new[:3]), message, remedy)], _SOURCE)
        self._loaded = loaded
        self.version += 1
        return self.version


def _plain(recipe: Recipe) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(recipe.model_dump_json())
    return data


def _fixed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Problem]:
    for path in _FIXED:
        if (value := _value(after, path)) != _value(before, path):
            message = "stays as it is while a stream runs"
            yield Problem(path, shown(value), message, "Start another stream with it")


def _value(data: Any, path: str) -> Any:
    for key in path.split("."):
        data = data[key]
    return data


def _set(data: dict[str, Any], path: str, value: Any) -> None:
    keys = path.split(".")
    node = data
    for depth, key in enumerate(keys[:-1], start=1):
        child = node.get(key)
        if child is None and key in node:
            child = node[key] = {}
        if not isinstance(child, dict):
            where, known = ".".join(keys[:depth]), ", ".join(node) or "nothing"
            raise RecipeError([Problem(where, "", "has no parts", f"There are {known}")], _SOURCE)
        node = child
    node[keys[-1]] = copy.deepcopy(value)
