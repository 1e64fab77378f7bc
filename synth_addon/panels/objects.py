"""The marked objects, and what is drawn of the active one."""

from __future__ import annotations

from typing import Any

import bpy

from ..properties.roles import role_name
from ..properties.sections import INDEX
from ..properties.settings import settings_of
from ..properties.to_recipe import is_lost
from ..translations.translating import CONTEXT, translated
from .fields import draw_fields
from .place import SidebarPanel

_ICONS = {"target": "PIVOT_BOUNDBOX", "distractor": "GHOST_ENABLED", "surface": "SNAP_FACE"}


class SYNTH_UL_objects(bpy.types.UIList):
    bl_idname = "SYNTH_UL_objects"

    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: Any,
        item: Any,
        icon: int,
        active_data: Any,
        active_property: str,
    ) -> None:
        row = layout.row(align=True)
        if is_lost(context.scene, item):
            row.alert = True
            row.prop(item, "name", text="", emboss=False, icon="ERROR")
        else:
            row.prop(item, "name", text="", emboss=False, icon=_ICONS.get(item.role, "HIDE_ON"))
        row.label(text=role_name(item.role), translate=False)


class SYNTH_PT_objects(SidebarPanel, bpy.types.Panel):
    bl_idname = "SYNTH_PT_objects"
    bl_label = "Objects"
    bl_translation_context = CONTEXT

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split, layout.use_property_decorate = True, False
        recipe = settings_of(context.scene).recipe
        row = layout.row(align=True)
        row.operator_menu_enum("synth.mark", "role", text="Mark Selected")
        row.operator("synth.assign_class", text="", icon="FONT_DATA")
        row.operator("synth.unmark", text="", icon="X")
        row.operator_menu_enum("synth.mark_collection", "role", text="", icon="OUTLINER_COLLECTION")
        active = recipe.objects_index
        row = layout.row()
        row.template_list(
            "SYNTH_UL_objects", "", recipe, "objects", recipe, "objects" + INDEX, rows=4
        )
        column = row.column(align=True)
        column.operator("synth.add_entry", text="", icon="ADD").path = "objects"
        column.operator("synth.remove_entry", text="", icon="REMOVE").path = "objects"
        if 0 <= active < len(recipe.objects):
            entry = recipe.objects[active]
            draw_fields(layout, entry, "ObjectGroup", f"objects[{active}].", ("role", "category"))
        else:
            layout.label(
                text=translated("Select meshes and mark them as targets"),
                icon="INFO",
                translate=False,
            )
