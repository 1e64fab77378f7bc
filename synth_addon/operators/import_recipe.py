"""Fills the settings from a recipe's file."""

from __future__ import annotations

import bpy
from bpy_extras.io_utils import ImportHelper

from ..properties.classes import match_classes
from ..properties.from_recipe import fill_settings
from ..properties.recipe_file import with_full_paths
from ..translations.translating import CONTEXT
from .reporting import reports_errors


class SYNTH_OT_import_recipe(bpy.types.Operator, ImportHelper):
    bl_idname = "synth.import_recipe"
    bl_label = "Import Recipe"
    bl_translation_context = CONTEXT
    bl_description = "Replace all settings by those of a recipe's .json file"
    bl_options = {"REGISTER", "UNDO"}

    filename_ext = ".json"
    filter_glob: bpy.props.StringProperty(default="*.json", options={"HIDDEN"})

    @reports_errors
    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.recipe.loading import load_recipe

        loaded = load_recipe(self.filepath)
        data = loaded.recipe.model_dump(mode="json")
        data["assets"] = with_full_paths(data["assets"], loaded.folder)
        fill_settings(context.scene, data, self.filepath)
        match_classes(context.scene)
        return {"FINISHED"}
