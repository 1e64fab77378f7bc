"""Draws parameters, each as its declaration says."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import bpy

from ..core.recipe.declarations import Declaration
from ..properties import distribution, rotation
from ..properties.sections import INDEX, USE, WEIGHT, declarations
from ..translations.translating import translated
from .lists import draw_list

Layout = bpy.types.UILayout
_UNITS = {"deg": "°", "K": "K", "m": "m", "mm": "mm", "px": "px", "m/s2": "m/s²", "s": "s"}


def draw_fields(
    layout: Layout, group: Any, section: str, path: str, names: Collection[str] | None = None
) -> None:
    """Draw a section's parameters in the order of their declarations.

    Args:
        path: where the section stands in the recipe, with a final dot; empty for the recipe.
        names: which of them; None for all.
    """
    for field in declarations()[section].fields:
        if names is None or field.name in names:
            draw_field(layout, group, field, path)


def draw_field(layout: Layout, group: Any, field: Declaration, path: str) -> None:
    """Draw one parameter; one that need not be given has a tick before it."""
    if field.kind == "constant":
        return
    if not field.optional:
        _draw_given(layout, group, field, path)
        return
    layout.prop(group, USE + field.name, text=_text(field), translate=False)
    if getattr(group, USE + field.name):
        _draw_given(layout.box(), group, field, path)


def _draw_given(layout: Layout, group: Any, field: Declaration, path: str) -> None:
    held = getattr(group, field.name)
    match field.kind:
        case "number":
            _draw_choice(layout, held, field, distribution.FIELDS_OF_KIND)
        case "rotation":
            _draw_choice(layout, held, field, rotation.FIELDS_OF_KIND)
        case "weights":
            _draw_weights(layout, held, field)
        case "section":
            _draw_section(layout, held, field, path)
        case "sections" | "section_list":
            _draw_sections(layout, group, field, path)
        case "numbers":
            _draw_numbers(layout, group, field, path)
        case _:
            layout.prop(group, field.name, text=_text(field), translate=False)


def _text(field: Declaration) -> str:
    unit = _UNITS.get(field.unit, field.unit)
    label = translated(field.label)
    return f"{label} ({unit})" if unit else label


def _draw_choice(
    layout: Layout, held: Any, field: Declaration, fields_of_kind: dict[str, tuple[str, ...]]
) -> None:
    """Draw how something is drawn, and the numbers that belong to it."""
    column = layout.column(align=True)
    column.prop(held, "kind", text=_text(field), translate=False)
    for name in fields_of_kind[held.kind]:
        column.prop(held, name)


def _draw_weights(layout: Layout, held: Any, field: Declaration) -> None:
    column = layout.column(align=True, heading=translated(field.label), translate=False)
    for kind in field.choices:
        column.prop(held, WEIGHT + kind)


def _draw_section(layout: Layout, held: Any, field: Declaration, path: str) -> None:
    box = layout.box()
    box.label(text=translated(field.label), translate=False)
    draw_fields(box, held, field.section, f"{path}{field.name}.")


def _draw_sections(layout: Layout, group: Any, field: Declaration, path: str) -> None:
    """Draw a list of sections, and what is in the active one."""
    layout.label(text=translated(field.label), translate=False)
    draw_list(layout, group, field.name, f"{path}{field.name}")
    entries, active = getattr(group, field.name), getattr(group, field.name + INDEX)
    if 0 <= active < len(entries):
        where = f"{path}{field.name}[{active}]."
        draw_fields(layout.box(), entries[active], field.section, where)


def _draw_numbers(layout: Layout, group: Any, field: Declaration, path: str) -> None:
    layout.label(text=translated(field.label), translate=False)
    draw_list(layout, group, field.name, f"{path}{field.name}")
    entries, active = getattr(group, field.name), getattr(group, field.name + INDEX)
    if 0 <= active < len(entries):
        _draw_choice(layout.box(), entries[active], field, distribution.FIELDS_OF_KIND)
