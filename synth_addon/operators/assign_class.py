"""Gives the selected objects a class."""

from __future__ import annotations

from typing import Any

import bpy

from ..properties.classes import state_used_classes
from ..properties.settings import settings_of
from ..translations.translating import CONTEXT, reported


class SYNTH_OT_assign_class(bpy.types.Operator):
    bl_idname = "synth.assign_class"
    bl_label = "Assign Class"
    bl_translation_context = CONTEXT
    bl_description = "Give all selected targets one class; without a name, each its own"
    bl_options = {"REGISTER", "UNDO"}

    category: bpy.props.StringProperty(
        name="Class", translation_context=CONTEXT, description="Name that annotations carry"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if _selected_targets(context):
            return True
        cls.poll_message_set(reported("No selected object is marked as a target"))
        return False

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, context: bpy.types.Context) -> set[str]:
        name = self.category.strip()
        for entry in _selected_targets(context):
            entry.use_category, entry.category = bool(name), name
        state_used_classes(context.scene)
        return {"FINISHED"}


def _selected_targets(context: bpy.types.Context) -> list[bpy.types.PropertyGroup]:
    selected = set(context.selected_objects)
    entries = settings_of(context.scene).recipe.objects
    return [
        entry
        for entry in entries
        if entry.role == "target" and entry.use_open_object and entry.open_object in selected
    ]
