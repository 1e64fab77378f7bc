"""What a right click on objects offers."""

from __future__ import annotations

import bpy

_MENU = "VIEW3D_MT_object_context_menu"


class SYNTH_MT_objects(bpy.types.Menu):
    bl_idname = "SYNTH_MT_objects"
    bl_label = "Synth"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_menu_enum("synth.mark", "role", text="Mark Selected")
        layout.operator("synth.assign_class")
        layout.operator("synth.unmark")


def draw_entry(menu: bpy.types.Menu, context: bpy.types.Context) -> None:
    """Draw the entry that opens the menu."""
    menu.layout.separator()
    menu.layout.menu(SYNTH_MT_objects.bl_idname)


def add_to_menus() -> None:
    """Add the entry to Blender's own menu."""
    getattr(bpy.types, _MENU).append(draw_entry)


def remove_from_menus() -> None:
    """Take it away again."""
    getattr(bpy.types, _MENU).remove(draw_entry)
