"""What is drawn in the 3D viewport."""

from __future__ import annotations

import bpy

from ..properties.settings import settings_of
from ..translations.translating import CONTEXT
from .place import SidebarPanel

_KINDS = ("camera", "cloud", "spawn", "lights", "surfaces", "labels")


class SYNTH_PT_overlays(SidebarPanel, bpy.types.Panel):
    bl_idname = "SYNTH_PT_overlays"
    bl_label = "Viewport"
    bl_translation_context = CONTEXT
    bl_options = {"DEFAULT_CLOSED"}

    def draw_header(self, context: bpy.types.Context) -> None:
        self.layout.prop(settings_of(context.scene).overlay, "show", text="")

    def draw(self, context: bpy.types.Context) -> None:
        overlay = settings_of(context.scene).overlay
        layout = self.layout
        layout.use_property_split, layout.use_property_decorate = True, False
        layout.prop(overlay, "color_by")
        column = layout.column(align=True)
        column.active = overlay.show
        for kind in _KINDS:
            column.prop(overlay, f"show_{kind}")
