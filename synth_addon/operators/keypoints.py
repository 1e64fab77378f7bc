"""Takes keypoints from empties that are parented to marked objects."""

from __future__ import annotations

import bpy

from ..properties.settings import settings_of
from ..translations.translating import CONTEXT, reported
from .mark import free_name, marked_by


class SYNTH_OT_keypoints_from_empties(bpy.types.Operator):
    bl_idname = "synth.keypoints_from_empties"
    bl_label = "Keypoints from Empties"
    bl_translation_context = CONTEXT
    bl_description = "Make each empty that is a child of a selected, marked object a keypoint of it"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if _selected(context):
            return True
        cls.poll_message_set(reported("No selected object is marked"))
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        metres = context.scene.unit_settings.scale_length or 1.0
        count = 0
        for entry in _selected(context):
            origin = entry.open_object.matrix_world.translation
            empties = [item for item in entry.open_object.children if item.type == "EMPTY"]
            for empty in sorted(empties, key=lambda item: item.name):
                name = free_name(empty.name, ())
                point = entry.keypoints.get(name) or entry.keypoints.add()
                point.name = name
                # marked objects keep the world's axes, so the empty's place does too
                point.position_m = (empty.matrix_world.translation - origin) * metres
                count += 1
        if not count:
            message = reported(
                "The selected objects have no empties as children. Parent some first"
            )
            self.report({"WARNING"}, message)
            return {"CANCELLED"}
        self.report({"INFO"}, reported("Took {count} keypoints", count=count))
        return {"FINISHED"}


def _selected(context: bpy.types.Context) -> list[bpy.types.PropertyGroup]:
    selected = set(context.selected_objects)
    entries = settings_of(context.scene).recipe.objects
    return [entry for entry in entries if marked_by(entry, "open_object") in selected]
