"""Takes the selected objects off the list."""

from __future__ import annotations

import bpy

from ..core.surface_mark import SURFACE_MARK
from ..properties.classes import match_classes
from ..properties.sections import INDEX
from ..properties.settings import settings_of
from ..translations.translating import CONTEXT, reported
from .mark import marked_by


class SYNTH_OT_unmark(bpy.types.Operator):
    bl_idname = "synth.unmark"
    bl_label = "Unmark Selected"
    bl_translation_context = CONTEXT
    bl_description = "Take the selected objects off the list"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        selected = set(context.selected_objects)
        entries = settings_of(context.scene).recipe.objects
        if any(marked_by(entry, "open_object") in selected for entry in entries):
            return True
        cls.poll_message_set(reported("No selected object is marked"))
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        selected = set(context.selected_objects)
        recipe = settings_of(context.scene).recipe
        for number in reversed(range(len(recipe.objects))):
            entry = recipe.objects[number]
            if (marked := marked_by(entry, "open_object")) in selected:
                marked.pop(SURFACE_MARK, None)
                recipe.objects.remove(number)
        setattr(recipe, "objects" + INDEX, max(0, len(recipe.objects) - 1))
        match_classes(context.scene)
        return {"FINISHED"}
