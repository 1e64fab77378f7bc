"""Reads recipes from presets and files, applies overrides, and validates."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from ..asset_roots import EVERYTHING, AssetRoot, Fence
from ..errors import Problem, RecipeError, UsageError
from .intrinsics_file import with_intrinsics_file
from .migration import migrate
from .presets import PRESET_FOLDER, preset_names
from .problems import problems_of, shown
from .recipe import CURRENT_VERSION, Recipe


@dataclass(frozen=True)
class LoadedRecipe:
    """A recipe, the folder that its relative file names start from, and what they may reach."""

    recipe: Recipe
    folder: Path
    fence: Fence = EVERYTHING


def load_recipe(
    source: str,
    overrides: Iterable[str] = (),
    folder: Path | None = None,
    *,
    untrusted: bool = False,
) -> LoadedRecipe:
    """Load a preset by name or a recipe by path, with ``PATH=VALUE`` overrides on top.

    Args:
        folder: where file names start from; None for the recipe's own folder.
        untrusted: whether the recipe, overrides included, may reach nothing outside that folder.

    Raises:
        RecipeError: with every problem found.
        UsageError: the source names nothing, or an override has no ``=``.
    """
    path = recipe_path(source)
    start = folder or path.parent
    return load_data(_read_object(path), start, source, overrides, untrusted=untrusted)


def load_data(
    data: dict[str, Any],
    folder: Path,
    source: str,
    overrides: Iterable[str] = (),
    *,
    untrusted: bool = False,
) -> LoadedRecipe:
    """Return the recipe that `data` states, with ``PATH=VALUE`` overrides on top.

    Args:
        folder: where relative file names start from.
        source: what messages call it.
        untrusted: whether the recipe may reach nothing outside `folder`.

    Raises:
        RecipeError: with every problem found.
        UsageError: an override has no ``=``.
    """
    fence = Fence.around(folder) if untrusted else EVERYTHING
    # overrides come after migration: they name the paths of the current version
    data = migrate(data, source, CURRENT_VERSION)
    for override in overrides:
        apply_override(data, override)
    data = with_intrinsics_file(data, AssetRoot(folder, fence), source)
    return LoadedRecipe(validate_recipe(data, source), folder, fence)


def recipe_path(source: str) -> Path:
    """Return the file that `source` names: a preset's name or a path.

    Raises:
        UsageError: there is no such preset or file.
    """
    preset = PRESET_FOLDER / f"{source}.json"
    if source in preset_names():
        return preset
    path = Path(source)
    try:
        if path.is_file():
            return path.absolute()
    except OSError as error:
        raise UsageError(
            f"recipe {shown(source)}: cannot be opened: {error.strerror}. Give a .json file"
        ) from error
    names = preset_names()
    close = difflib.get_close_matches(source, names, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"Presets are {', '.join(names)}"
    raise UsageError(f"recipe {source!r}: neither a preset nor a readable file. {hint}")


def validate_recipe(data: dict[str, Any], source: str) -> Recipe:
    """Return the recipe that `data` states.

    Raises:
        RecipeError: with every problem found.
    """
    try:
        return Recipe.model_validate_json(json.dumps(data))
    except RecursionError as error:
        problem = Problem("", "", "parts within parts, too deep", "Remove the inner ones")
        raise RecipeError([problem], source) from error
    except ValidationError as error:
        raise RecipeError(problems_of(error, Recipe), source) from error


def recipe_hash(recipe: Recipe) -> str:
    """Return the SHA-256 of the recipe's portable form, in hex."""
    text = json.dumps(recipe.portable(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _read_object(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        remedy = "Give a readable UTF-8 JSON file"
        raise RecipeError(
            [Problem("", "", f"cannot be read: {error}", remedy)], str(path)
        ) from error
    try:
        data = json.loads(text, parse_constant=_reject_constant, object_pairs_hook=_unique_keys)
    except (ValueError, RecursionError) as error:
        remedy = "Mend the JSON at that place"
        message = f"not valid JSON: {error}"
        raise RecipeError([Problem("", "", message, remedy)], str(path)) from error
    if not isinstance(data, dict):
        problem = Problem("", shown(data), "must be an object", 'Start with {"version": 1, …}')
        raise RecipeError([problem], str(path))
    return data


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number that JSON knows")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {repeated!r} stands twice in one object")
    return data


def apply_override(data: dict[str, Any], override: str) -> None:
    """Set the value in `data` that ``PATH=VALUE`` names.

    Raises:
        UsageError: it has no ``=``, or what it names has no parts.
    """
    path, equals, text = override.partition("=")
    keys = path.strip().split(".")
    if not equals or not all(keys):
        raise UsageError(f"--set {override!r}: not PATH=VALUE. Write --set camera.fov_deg=40")
    node = data
    for key in keys[:-1]:
        child = node.setdefault(key, {})
        if child is None:
            child = node[key] = {}
        if not isinstance(child, dict):
            raise UsageError(
                f"--set {path}: {key} is {shown(child)}, which has no parts. "
                "Set it as a whole, in JSON"
            )
        node = child
    node[keys[-1]] = _override_value(path, text)


def _override_value(path: str, text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_reject_constant, object_pairs_hook=_unique_keys)
    except (ValueError, RecursionError) as error:
        if text.lstrip()[:1] in {"{", "[", '"'}:
            raise UsageError(
                f"--set {path}: {shown(text)} is not valid JSON: {error}. "
                "Mend it, and put single quotes around PATH=VALUE to keep it from the shell"
            ) from error
        return text
