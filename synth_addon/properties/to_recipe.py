"""Reads the recipe that a scene's settings state, in its JSON form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

from ..core.errors import Problem, RecipeError
from ..core.float32 import shortest_decimal
from ..core.recipe.declarations import ROOT_SECTION, Declaration
from .sections import MORE_ROLES, USE, WEIGHT, declarations
from .settings import settings_of

SOURCE = "the scene's settings"
_LEFT_OUT = {role for role, _, _ in MORE_ROLES}


def recipe_data(scene: bpy.types.Scene) -> dict[str, Any]:
    """Return what differs from the recipe's defaults, ready to be validated.

    Folders are relative to the .blend file where they begin with ``//``.

    Raises:
        RecipeError: a marked object or collection is gone, or a list of values cannot be read.
    """
    problems: list[Problem] = []
    settings = settings_of(scene)
    recipe = settings.recipe
    data = {"version": settings.version, **_section(recipe, ROOT_SECTION, "", problems)}
    problems += _lost(scene)
    if problems:
        raise RecipeError(problems, SOURCE)
    return data


def is_lost(scene: bpy.types.Scene, entry: bpy.types.PropertyGroup) -> bool:
    """Return whether the object or collection that an entry marks is no longer in the scene."""
    if entry.use_open_object:
        return entry.open_object is None or entry.open_object.name not in scene.objects
    return entry.use_open_collection and entry.open_collection is None


def _lost(scene: bpy.types.Scene) -> Iterator[Problem]:
    for entry in settings_of(scene).recipe.objects:
        if is_lost(scene, entry):
            what = "object" if entry.use_open_object else "collection"
            yield Problem(
                f"objects.{entry.name}",
                "",
                f"its {what} is no longer in the scene",
                "Undo its removal, or remove the entry from the list of objects",
            )


def _section(
    group: bpy.types.PropertyGroup, section: str, path: str, problems: list[Problem]
) -> dict[str, Any]:
    """Return a section's values that differ from the section's own defaults."""
    data: dict[str, Any] = {}
    for field in declarations()[section].fields:
        if field.kind == "constant":
            continue
        value = _value(group, field, f"{path}{field.name}", problems)
        if field.required or value != field.default:
            data[field.name] = value
    return data


def _value(
    group: bpy.types.PropertyGroup, field: Declaration, path: str, problems: list[Problem]
) -> Any:
    """Return one parameter in JSON form, None where it is not given."""
    if field.optional and not getattr(group, USE + field.name):
        return None
    held = getattr(group, field.name)
    match field.kind:
        case "number":
            return _distribution(held, path, problems)
        case "rotation":
            return _rotation(held)
        case "numbers":
            return {
                item.name: _distribution(item, f"{path}.{item.name}", problems) for item in held
            }
        case "weights":
            return _weights(held, field)
        case "section":
            return _section(held, field.section, f"{path}.", problems)
        case "sections":
            return {
                item.name: _section(item, field.section, f"{path}.{item.name}.", problems)
                for item in held
                if getattr(item, "role", None) not in _LEFT_OUT
            }
        case "section_list":
            return [
                _section(item, field.section, f"{path}.{number}.", problems)
                for number, item in enumerate(held)
            ]
        case _:
            return _plain(held, field)


def _plain(held: Any, field: Declaration) -> Any:
    match field.kind:
        case "float":
            return shortest_decimal(held)
        case "vector":
            numbers = [shortest_decimal(value) for value in held]
            if len(field.shape) == 1:
                return numbers
            columns = field.shape[1]
            return [numbers[i : i + columns] for i in range(0, len(numbers), columns)]
        case "texts":
            return [word.strip() for word in held.split(",") if word.strip()]
    if field.names in ("object", "collection"):
        return held.name if held is not None else None
    if field.names == "folder":
        return held.removeprefix("//")
    return held


def _distribution(
    held: bpy.types.PropertyGroup, path: str, problems: list[Problem]
) -> float | dict[str, Any]:
    match held.kind:
        case "constant":
            return _number(held.constant)
        case "normal":
            mean, std = _number(held.mean), _number(held.std)
            low, high = _number(held.low), _number(held.high)
            return {"normal": {"mean": mean, "std": std, "min": low, "max": high}}
        case "choice":
            return {"choice": _listed(held.listed, path, problems)}
        case kind:
            return {kind: [_number(held.low), _number(held.high)]}


def _number(value: float) -> float:
    return value if isinstance(value, int) else shortest_decimal(value)


def _listed(text: str, path: str, problems: list[Problem]) -> Any:
    """Return the values of ``40, 50`` or, with their weights, of ``40: 2, 50: 1``."""
    pairs = [part.partition(":") for part in text.split(",") if part.strip()]
    try:
        values = [float(value) for value, _, _ in pairs]
        weights = [float(weight) for _, colon, weight in pairs if colon]
    except ValueError:
        values, weights = [], []
    if not values or len(weights) not in (0, len(values)):
        remedy = "Write values such as 40, 50, 60, or all with weights: 40: 2, 60: 1"
        problems.append(Problem(path, repr(text), "not a list of values", remedy))
        return [0]
    return {"values": values, "weights": weights} if weights else values


def _rotation(held: bpy.types.PropertyGroup) -> Any:
    match held.kind:
        case "uniform":
            return "uniform"
        case "upright":
            turns = [shortest_decimal(held.low), shortest_decimal(held.high)]
            return "upright" if turns == [0.0, 360.0] else {"upright": turns}
        case "tilt":
            return {"tilt": shortest_decimal(held.tilt)}
        case _:
            return {"fixed": [shortest_decimal(angle) for angle in held.euler]}


def _weights(held: bpy.types.PropertyGroup, field: Declaration) -> Any:
    weights = {kind: shortest_decimal(getattr(held, WEIGHT + kind)) for kind in field.choices}
    given = {kind: weight for kind, weight in weights.items() if weight > 0}
    # the form that a lone kind has where the default is such a form too
    if isinstance(field.default, str) and len(given) == 1:
        return next(iter(given))
    return given
