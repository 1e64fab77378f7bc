"""What a right click on objects and collections offers, and the pie menu."""

from __future__ import annotations

import bpy

from ..translations.translating import CONTEXT


class SYNTH_MT_objects(bpy.types.Menu):
    bl_idname = "SYNTH_MT_objects"
    bl_label = "Synth"
    bl_translation_context = CONTEXT

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_menu_enum("synth.mark", "role", text="Mark Selected")
        layout.operator("synth.assign_class")
        layout.operator("synth.unmark")
        layout.operator("synth.keypoints_from_empties")
        layout.separator()
        layout.operator_menu_enum("synth.mark_collection", "role", text="Mark Collection")


class SYNTH_MT_mark_pie(bpy.types.Menu):
    """For a shortcut of the user's own: wm.call_menu_pie with this name."""

    bl_idname = "SYNTH_MT_mark_pie"
    bl_label = "Mark Selected"
    bl_translation_context = CONTEXT

    def draw(self, context: bpy.types.Context) -> None:
        pie = self.layout.menu_pie()
        pie.operator_enum("synth.mark", "role")
        pie.operator("synth.assign_class", icon="FONT_DATA")
        pie.operator("synth.unmark", icon="X")


_MENUS = ("VIEW3D_MT_object_context_menu", "OUTLINER_MT_object", "OUTLINER_MT_collection")
"""Blender's own menus that lead to ours."""


def draw_entry(menu: bpy.types.Menu, context: bpy.types.Context) -> None:
    """Draw the entry that opens the menu."""
    menu.layout.separator()
    menu.layout.menu(SYNTH_MT_objects.bl_idname)


def add_to_menus() -> None:
    """Add the entry to Blender's own menus."""
    for name in _MENUS:
        getattr(bpy.types, name).append(draw_entry)


def remove_from_menus() -> None:
    """Take it away again."""
    for name in _MENUS:
        getattr(bpy.types, name).remove(draw_entry)
