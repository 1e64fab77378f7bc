"""The classes: their order, colours and objects."""

from __future__ import annotations

from typing import Any

import bpy

from ..properties.classes import is_list_current, match_classes, objects_of_class
from ..properties.sections import INDEX
from ..properties.settings import settings_of
from ..translations.translating import CONTEXT
from .fields import draw_fields
from .place import SidebarPanel


class SYNTH_UL_classes(bpy.types.UIList):
    bl_idname = "SYNTH_UL_classes"

    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: Any,
        item: Any,
        icon: int,
        active_data: Any,
        active_property: str,
        index: int = 0,
    ) -> None:
        row = layout.row(align=True)
        swatch = row.row(align=True)
        swatch.scale_x = 0.3
        swatch.prop(item, "color", text="")
        row.prop(item, "label", text="", emboss=False)
        row.label(text=f"{index + 1}", translate=False)


class SYNTH_PT_classes(SidebarPanel, bpy.types.Panel):
    bl_idname = "SYNTH_PT_classes"
    bl_label = "Classes"
    bl_translation_context = CONTEXT
    bl_parent_id = "SYNTH_PT_objects"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split, layout.use_property_decorate = True, False
        settings = settings_of(context.scene)
        if not is_list_current(context.scene):
            match_soon()
        row = layout.row()
        name = "classes"
        row.template_list("SYNTH_UL_classes", "", settings, name, settings, name + INDEX, rows=3)
        column = row.column(align=True)
        column.operator("synth.add_class", text="", icon="ADD")
        column.operator("synth.remove_class", text="", icon="REMOVE")
        column.operator("synth.move_class", text="", icon="TRIA_UP").direction = "up"
        column.operator("synth.move_class", text="", icon="TRIA_DOWN").direction = "down"
        active = getattr(settings, name + INDEX)
        if 0 <= active < len(settings.classes):
            self._draw_active(context, settings.classes[active].name)
        layout.prop(settings.overlay, "color_by")
        draw_fields(layout, settings.recipe, "Recipe", "", ("categories",))

    def _draw_active(self, context: bpy.types.Context, name: str) -> None:
        row = self.layout.row(align=True)
        row.operator_context = "EXEC_DEFAULT"
        row.operator("synth.assign_class", text="Assign to Selected").category = name
        count = len(objects_of_class(context.scene, name))
        row.operator("synth.select_class", text="Select").category = name
        row.label(text=str(count), translate=False)


def match_soon() -> None:
    """Bring all lists up to date once Blender is no longer drawing, which must change nothing."""
    if not bpy.app.timers.is_registered(_match):
        bpy.app.timers.register(_match, first_interval=0)


def forget_match() -> None:
    """Give that up if it did not come to it yet."""
    if bpy.app.timers.is_registered(_match):
        bpy.app.timers.unregister(_match)


def _match() -> None:
    for scene in bpy.data.scenes:
        match_classes(scene)
