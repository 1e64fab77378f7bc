"""Where all panels stand: in the 3D viewport's sidebar, under the tab Synth."""

from __future__ import annotations

import bpy

from ..properties.preview_mark import is_preview


class SidebarPanel:
    """What all panels have in common; they leave the tab to the preview while one is shown."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Synth"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return not is_preview(context.scene)
