"""Rules that give materials to objects, categories and surfaces, by chance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from ..errors import Fault, Problem
from .fields import Section, parameter
from .materials import MaterialRecipe
from .problems import shown

if TYPE_CHECKING:
    from .recipe import Recipe

Pattern = Annotated[str, Field(min_length=1)]

ROOM_SURFACES = ("floor", "wall_x_min", "wall_x_max", "wall_y_min", "wall_y_max", "ceiling")


class MaterialRule(Section):
    """One rule; it applies to all that any of its patterns matches."""

    objects: tuple[Pattern, ...] = parameter(
        (), label="Objects", help="Names of object groups, or patterns such as kitchen_*"
    )
    categories: tuple[Pattern, ...] = parameter(
        (), label="Classes", help="Classes of targets, or patterns"
    )
    surfaces: tuple[Pattern, ...] = parameter(
        (),
        label="Surfaces",
        help="floor, walls, ceiling, one wall such as wall_x_min, furniture, names or categories "
        "of furniture, or patterns",
    )
    probability: float = parameter(
        1.0,
        ge=0,
        le=1,
        label="Probability",
        help="Chance that it applies, drawn for each thing, or once a scene where shared",
    )
    shared: bool = parameter(
        False, label="Shared", help="One draw for all that it matches in a scene, or each its own"
    )
    material: MaterialRecipe = parameter(label="Material", help="What is drawn")

    @model_validator(mode="after")
    def _matches_something(self) -> MaterialRule:
        if not (self.objects or self.categories or self.surfaces):
            raise Fault("the rule names nothing", "Give objects, categories or surfaces")
        return self


def is_matched(patterns: Iterable[str], names: Iterable[str]) -> bool:
    """Return whether any pattern matches any of a thing's names."""
    known = tuple(names)
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in known)


def surface_names(name: str) -> tuple[str, ...]:
    """Return what rules may call a surface of the room."""
    return (name, "walls") if name.startswith("wall_") else (name,)


def furniture_names(name: str, category: str | None) -> tuple[str, ...]:
    """Return what rules may call a piece of furniture; `name` ends in a number of its own."""
    return tuple(dict.fromkeys((name, name.rpartition(" ")[0], category or name, "furniture")))


def rule_problems(recipe: Recipe) -> Iterator[Problem]:
    """Yield a problem for every pattern that matches nothing, and every impossible displacement."""
    known = {
        "objects": set(recipe.objects),
        "categories": set(recipe.category_names),
        "surfaces": _surfaces(recipe) | _furniture(recipe),
    }
    if recipe.room.is_from_files:
        del known["surfaces"]  # what a loaded room is called is known once it is read
    for number, rule in enumerate(recipe.material_rules):
        for part, names in known.items():
            for pattern in getattr(rule, part):
                if not is_matched([pattern], names):
                    where, remedy = f"material_rules.{number}.{part}", "Remove it"
                    if names:
                        remedy = f"Use one of {', '.join(sorted(names))}"
                    yield Problem(where, shown(pattern), "matches nothing", remedy)
    yield from _displacement_problems(recipe)


def _surfaces(recipe: Recipe) -> set[str]:
    if not recipe.room.enabled:
        return set()
    parts = ROOM_SURFACES[:1] if recipe.room.floor_only else ROOM_SURFACES
    return {name for part in parts for name in surface_names(part)}


def _furniture(recipe: Recipe) -> set[str]:
    if not recipe.room.enabled:
        return set()
    return {
        name
        for key, piece in recipe.room.furniture.items()
        for name in furniture_names(f"{key} 0", piece.category)
    }


def _displacement_problems(recipe: Recipe) -> Iterator[Problem]:
    """Yield what would move the outline of something away from its mask and its body."""
    things: dict[str, MaterialRecipe | None] = {
        f"objects.{name}": group.material for name, group in recipe.objects.items()
    }
    things |= {f"room.furniture.{key}": p.material for key, p in recipe.room.furniture.items()}
    for number, rule in enumerate(recipe.material_rules):
        on_furniture = is_matched(rule.surfaces, _furniture(recipe))
        in_loaded_room = recipe.room.is_from_files and rule.surfaces
        if rule.objects or rule.categories or on_furniture or in_loaded_room:
            things[f"material_rules.{number}"] = rule.material
    for where, material in things.items():
        if material is not None and material.displacement == "true":
            message = (
                "moves a surface, which only the box room's floor, walls and ceiling can stand"
            )
            path = f"{where}.material.displacement"
            yield Problem(path, '"true"', message, 'Set it to "bump"')
