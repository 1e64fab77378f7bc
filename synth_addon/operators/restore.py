"""Ends the preview."""

from __future__ import annotations

import bpy

from ..translations.translating import CONTEXT, reported
from .shown_preview import previewed_scene, remove_preview


class SYNTH_OT_restore(bpy.types.Operator):
    bl_idname = "synth.restore"
    bl_label = "End Preview"
    bl_translation_context = CONTEXT
    bl_description = "Go back to your scene and remove everything that the preview made"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if previewed_scene() is not None:
            return True
        cls.poll_message_set(reported("No preview is shown"))
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        remove_preview()
        return {"FINISHED"}
