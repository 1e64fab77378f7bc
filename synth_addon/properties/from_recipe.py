"""Fills a scene's settings from a recipe."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.errors import Problem, RecipeError
from ..core.recipe.declarations import ROOT_SECTION, Declaration
from .distribution import field_values
from .rotation import rotation_values
from .sections import INDEX, USE, WEIGHT, declarations
from .settings import settings_of

_GREATEST_INT = 2**31 - 1


def fill_settings(scene: bpy.types.Scene, recipe: dict[str, Any], source: str) -> None:
    """Make the scene's settings say what a recipe says.

    Args:
        recipe: the whole recipe in JSON form, defaults included.
        source: what messages call it.

    Raises:
        RecipeError: it holds a number that Blender's properties cannot; nothing is changed then.
    """
    problems = _too_large(recipe, ROOT_SECTION, "")
    if problems:
        raise RecipeError(problems, source)
    settings = settings_of(scene)
    settings.version = recipe["version"]
    _fill(settings.recipe, ROOT_SECTION, recipe)


def _too_large(data: dict[str, Any], section: str, path: str) -> list[Problem]:
    found = []
    for field in declarations()[section].fields:
        value = data.get(field.name)
        if field.kind == "int" and value is not None and value > _GREATEST_INT:
            message = "Blender's settings hold no number so large"
            remedy = f"Use at most {_GREATEST_INT} here, or run the recipe from the command line"
            found.append(Problem(f"{path}{field.name}", str(value), message, remedy))
    return found


def _fill(group: bpy.types.PropertyGroup, section: str, data: dict[str, Any]) -> None:
    for field in declarations()[section].fields:
        if field.kind == "constant":
            continue
        value = data[field.name]
        if field.optional:
            setattr(group, USE + field.name, value is not None)
        if value is not None:
            _set(group, field, value)
        elif field.kind not in ("section", "number"):
            group.property_unset(field.name)


def _set(group: bpy.types.PropertyGroup, field: Declaration, value: Any) -> None:
    held = getattr(group, field.name)
    match field.kind:
        case "number":
            _assign(held, field_values(value))
        case "rotation":
            _assign(held, rotation_values(value))
        case "weights":
            stated = {value: 1.0} if isinstance(value, str) else value
            for kind in field.choices:
                setattr(held, WEIGHT + kind, stated.get(kind, 0.0))
        case "section":
            _fill(held, field.section, value)
        case "numbers":
            held.clear()
            for name, stated in value.items():
                _assign(_added(held, name), field_values(stated))
        case "sections":
            held.clear()
            setattr(group, field.name + INDEX, 0)
            for name, inner in value.items():
                _fill(_added(held, name), field.section, inner)
        case "section_list":
            held.clear()
            setattr(group, field.name + INDEX, 0)
            for number, inner in enumerate(value):
                _fill(_added(held, f"Rule {number + 1}"), field.section, inner)
        case _:
            setattr(group, field.name, _plain(field, value))


def _plain(field: Declaration, value: Any) -> Any:
    match field.kind:
        case "texts":
            return ", ".join(value)
        case "vector" if len(field.shape) == 2:
            return [number for row in value for number in row]
    if field.names == "object":
        return bpy.data.objects.get(value)
    if field.names == "collection":
        return bpy.data.collections.get(value)
    return value


def _added(collection: Any, name: str) -> Any:
    item = collection.add()
    item.name = name
    return item


def _assign(group: bpy.types.PropertyGroup, values: dict[str, Any]) -> None:
    is_whole = group.bl_rna.properties["low"].type == "INT" if "constant" in values else False
    for name, value in values.items():
        setattr(group, name, round(value) if is_whole and isinstance(value, float) else value)
