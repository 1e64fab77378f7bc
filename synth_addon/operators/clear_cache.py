"""Empties the folder of convex parts."""

from __future__ import annotations

from typing import Any

import bpy

from ..properties.job import ACTIVE
from ..translations.translating import CONTEXT, reported
from .reporting import reports_errors


class SYNTH_OT_clear_cache(bpy.types.Operator):
    bl_idname = "synth.clear_cache"
    bl_label = "Clear Cache"
    bl_translation_context = CONTEXT
    bl_description = "Remove the convex parts of meshes; they are computed again when needed"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if context.window_manager.synth.state not in ACTIVE:
            return True
        cls.poll_message_set(reported("A job is running and may be writing there"))
        return False

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        return context.window_manager.invoke_confirm(self, event)

    @reports_errors
    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.collision.cache import cache_folder, clear_cache

        freed = clear_cache(cache_folder())
        self.report({"INFO"}, reported("Freed {count} bytes", count=freed))
        return {"FINISHED"}
