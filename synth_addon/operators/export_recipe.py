"""Writes the settings as a recipe's file."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy_extras.io_utils import ExportHelper

from ..properties.recipe_file import with_full_paths, write_recipe
from ..translations.translating import CONTEXT, reported
from .reporting import reports_errors


class SYNTH_OT_export_recipe(bpy.types.Operator, ExportHelper):
    bl_idname = "synth.export_recipe"
    bl_label = "Export Recipe"
    bl_translation_context = CONTEXT
    bl_description = "Write the settings to a .json file that the command line reads"
    bl_options = {"REGISTER"}

    filename_ext = ".json"
    filter_glob: bpy.props.StringProperty(default="*.json", options={"HIDDEN"})

    @reports_errors
    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..properties.loading import load_scene_recipe

        loaded = load_scene_recipe(context.scene)
        plain = loaded.recipe.model_dump(mode="json", exclude_unset=True)
        if plain.get("assets"):
            plain["assets"] = with_full_paths(plain["assets"], loaded.folder)
        write_recipe(plain, Path(self.filepath))
        self.report({"INFO"}, reported("Wrote {file}", file=self.filepath))
        return {"FINISHED"}
