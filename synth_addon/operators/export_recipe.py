"""Writes the settings as a recipe's file."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
from bpy_extras.io_utils import ExportHelper

from ..core.errors import StorageError
from .reporting import reports_errors


class SYNTH_OT_export_recipe(bpy.types.Operator, ExportHelper):
    bl_idname = "synth.export_recipe"
    bl_label = "Export Recipe"
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
            folders = plain["assets"].items()
            plain["assets"] = {n: str(loaded.folder / path) for n, path in folders if path}
        try:
            Path(self.filepath).write_text(json.dumps(plain, indent=2) + "\n", "utf-8")
        except OSError as error:
            raise StorageError(
                f"{self.filepath}: cannot be written ({error.strerror}). Choose another folder"
            ) from error
        self.report({"INFO"}, f"Wrote {self.filepath}")
        return {"FINISHED"}
