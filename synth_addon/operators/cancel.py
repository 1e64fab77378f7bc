"""Stops the job under way."""

from __future__ import annotations

import bpy

from ..properties.job import ACTIVE
from ..translations.translating import CONTEXT, reported
from .job_watch import cancel_jobs


class SYNTH_OT_cancel(bpy.types.Operator):
    bl_idname = "synth.cancel"
    bl_label = "Cancel"
    bl_translation_context = CONTEXT
    bl_description = "Stop after the current frame; finished scenes are kept, and Resume goes on"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if context.window_manager.synth.state in ACTIVE:
            return True
        cls.poll_message_set(reported("No job is running"))
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        cancel_jobs()
        return {"FINISHED"}
