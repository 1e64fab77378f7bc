"""Takes the selected objects off the list."""

from __future__ import annotations

import bpy

from ..properties.sections import INDEX
from ..properties.settings import settings_of
from .mark import SURFACE_MARK


class SYNTH_OT_unmark(bpy.types.Operator):
    bl_idname = "synth.unmark"
    bl_label = "Unmark Selected"
    bl_description = "Take the selected objects off the list"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        selected = set(context.selected_objects)
        entries = settings_of(context.scene).recipe.objects
        if any(entry.open_object in selected for entry in entries if entry.use_open_object):
            return True
        cls.poll_message_set("No selected object is marked")
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        selected = set(context.selected_objects)
        recipe = settings_of(context.scene).recipe
        for number in reversed(range(len(recipe.objects))):
            entry = recipe.objects[number]
            if entry.use_open_object and entry.open_object in selected:
                entry.open_object.pop(SURFACE_MARK, None)
                recipe.objects.remove(number)
        setattr(recipe, "objects" + INDEX, max(0, len(recipe.objects) - 1))
        return {"FINISHED"}
