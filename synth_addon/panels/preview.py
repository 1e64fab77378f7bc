"""What the sidebar shows while a preview is on screen."""

from __future__ import annotations

import bpy

from ..properties.preview_mark import is_preview
from ..translations.translating import CONTEXT
from .place import SidebarPanel


class SYNTH_PT_preview(SidebarPanel, bpy.types.Panel):
    bl_idname = "SYNTH_PT_preview"
    bl_label = "Preview"
    bl_translation_context = CONTEXT

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return is_preview(context.scene)

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        row = layout.row(align=True)
        row.operator("synth.preview", text="Previous", icon="TRIA_LEFT").step = "previous"
        row.operator("synth.preview", text="Next", icon="TRIA_RIGHT").step = "next"
        layout.operator("synth.preview", text="Random", icon="QUESTION").step = "random"
        layout.operator("synth.render_preview", icon="RENDER_STILL")
        layout.operator("synth.restore", icon="LOOP_BACK")
