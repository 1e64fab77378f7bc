"""Fills the settings from a preset that ships."""

from __future__ import annotations

import bpy

from ..properties.from_recipe import fill_settings
from ..properties.sections import preset_items
from .reporting import reports_errors


class SYNTH_OT_load_preset(bpy.types.Operator):
    bl_idname = "synth.load_preset"
    bl_label = "Load Preset"
    bl_description = "Replace all settings, marked objects included, by those of a preset"
    bl_options = {"REGISTER", "UNDO"}

    preset: bpy.props.EnumProperty(
        name="Preset", description="Recipe that ships with Synth", items=preset_items()
    )

    @reports_errors
    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.recipe.loading import load_recipe

        recipe = load_recipe(self.preset).recipe
        fill_settings(context.scene, recipe.model_dump(mode="json"), self.preset)
        return {"FINISHED"}
