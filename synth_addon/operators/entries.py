"""Adds to and removes from the recipe's lists."""

from __future__ import annotations

from typing import Any

import bpy

from ..properties.sections import INDEX
from ..properties.settings import settings_of
from ..translations.translating import CONTEXT, reported
from .mark import free_name


class _ListOperator(bpy.types.Operator):
    bl_options = {"REGISTER", "UNDO"}

    path: bpy.props.StringProperty(
        name="List", translation_context=CONTEXT, description="Path of the list in the recipe"
    )

    def owner_and_name(self, context: bpy.types.Context) -> tuple[Any, str]:
        """Return what holds the list, and the list's name in it."""
        recipe = settings_of(context.scene).recipe
        head, _, name = self.path.rpartition(".")
        return (recipe.path_resolve(head) if head else recipe), name


class SYNTH_OT_add_entry(_ListOperator):
    bl_idname = "synth.add_entry"
    bl_label = "Add"
    bl_translation_context = CONTEXT
    bl_description = "Add an entry with default values"

    def execute(self, context: bpy.types.Context) -> set[str]:
        owner, name = self.owner_and_name(context)
        entries = getattr(owner, name)
        new = free_name("New", [entry.name for entry in entries])
        entries.add().name = new
        setattr(owner, name + INDEX, len(entries) - 1)
        return {"FINISHED"}


class SYNTH_OT_remove_entry(_ListOperator):
    bl_idname = "synth.remove_entry"
    bl_label = "Remove"
    bl_translation_context = CONTEXT
    bl_description = "Remove the active entry"

    def execute(self, context: bpy.types.Context) -> set[str]:
        owner, name = self.owner_and_name(context)
        entries, active = getattr(owner, name), getattr(owner, name + INDEX)
        if not 0 <= active < len(entries):
            self.report({"WARNING"}, reported("No entry is selected in the list"))
            return {"CANCELLED"}
        entries.remove(active)
        setattr(owner, name + INDEX, max(0, min(active, len(entries) - 1)))
        return {"FINISHED"}
