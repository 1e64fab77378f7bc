"""The frames of the dataset, and why each object has a label or none."""

from __future__ import annotations

import bpy

from ..translations.translating import CONTEXT, translated
from .place import SidebarPanel


class SYNTH_PT_inspect(SidebarPanel, bpy.types.Panel):
    bl_idname = "SYNTH_PT_inspect"
    bl_label = "Inspect"
    bl_translation_context = CONTEXT
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        shown = context.window_manager.synth_inspection
        layout.operator("synth.inspect", icon="IMAGE_DATA").step = "first"
        layout.operator("synth.open_report", icon="URL")
        if not shown.dataset:
            return
        row = layout.row(align=True)
        row.operator("synth.inspect", text="", icon="TRIA_LEFT").step = "previous"
        text = translated(
            "Frame {frame}, {position} of {frames}",
            frame=shown.frame,
            position=shown.position + 1,
            frames=shown.frames,
        )
        row.label(text=text, translate=False)
        row.operator("synth.inspect", text="", icon="TRIA_RIGHT").step = "next"
        column = layout.column(align=True)
        for line in shown.objects:
            icon = "CHECKMARK" if line.has_label else "X"
            column.label(text=line.name, icon=icon, translate=False)
        layout.operator("synth.show_arrangement", icon="VIEW3D")
