"""What is made, where it goes, and how far it is."""

from __future__ import annotations

import bpy

from ..preferences import preferences
from ..properties.settings import settings_of
from ..translations.translating import CONTEXT, translated
from .fields import draw_fields
from .job import draw_job, draw_message, estimate
from .place import SidebarPanel


class SYNTH_PT_dataset(SidebarPanel, bpy.types.Panel):
    bl_idname = "SYNTH_PT_dataset"
    bl_label = "Dataset"
    bl_translation_context = CONTEXT

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split, layout.use_property_decorate = True, False
        settings = settings_of(context.scene)
        recipe = settings.recipe
        _draw_missing(layout)
        row = layout.row(align=True)
        row.menu("SYNTH_MT_presets")
        row.operator("synth.import_recipe", text="", icon="IMPORT")
        row.operator("synth.export_recipe", text="", icon="EXPORT")
        layout.prop(settings, "output")
        layout.prop_menu_enum(settings, "formats")
        draw_fields(
            layout,
            recipe,
            "Recipe",
            "",
            ("name", "description", "seed", "scenes", "views_per_scene"),
        )
        column = layout.column(align=True)
        for line in estimate(recipe, context.window_manager.synth, preferences().device):
            column.label(text=line, translate=False)
        row = layout.row(align=True)
        row.operator("synth.preview", icon="HIDE_OFF")
        row.prop(settings, "preview_scene", text="")
        layout.operator("synth.render_preview", icon="RENDER_STILL")
        draw_job(layout, context.window_manager.synth)
        layout.operator("synth.copy_command", icon="COPYDOWN")


def _draw_missing(layout: bpy.types.UILayout) -> None:
    """Say which packages are missing, and where to read what to do."""
    from ..core.installed_packages import missing_packages

    missing = missing_packages()
    if missing:
        text = translated("Not installed: {names}", names=", ".join(missing))
        draw_message(layout, text, "ERROR")
        layout.operator("synth.install_check")
