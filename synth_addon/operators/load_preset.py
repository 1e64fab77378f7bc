"""Fills the settings from a preset that ships."""

from __future__ import annotations

import bpy

from ..preferences import preferences
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
        data = recipe.model_dump(mode="json")
        for name, folder in preferences().assets.items():
            if data["assets"][name] is None:
                data["assets"][name] = folder
        fill_settings(context.scene, data, self.preset)
        return {"FINISHED"}
