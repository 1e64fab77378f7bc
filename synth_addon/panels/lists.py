"""Lists with buttons to add and remove entries."""

from __future__ import annotations

from typing import Any

import bpy

from ..properties.sections import INDEX


def draw_list(layout: bpy.types.UILayout, owner: Any, name: str, path: str) -> None:
    """Draw a list of the recipe.

    Args:
        path: of the list in the recipe, as Blender writes it.
    """
    row = layout.row()
    row.template_list("UI_UL_list", path, owner, name, owner, name + INDEX, rows=2)
    column = row.column(align=True)
    column.operator("synth.add_entry", text="", icon="ADD").path = path
    column.operator("synth.remove_entry", text="", icon="REMOVE").path = path
