"""Loads, saves and removes presets: those that ship, and the user's own beside Blender's.

A preset of the user is a recipe in JSON, so that the command line reads it too and nothing in it
is run. It keeps everything but the objects of the file in which it was saved.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy

from ..core.errors import StorageError, UsageError
from ..preferences import preferences
from ..properties.classes import match_classes
from ..properties.from_recipe import fill_settings
from ..properties.own_presets import SUFFIX, own_preset_folder, own_presets
from ..properties.recipe_file import with_full_paths, write_recipe
from ..properties.sections import preset_items
from ..properties.to_recipe import recipe_data
from ..translations.translating import CONTEXT, reported
from .reporting import reports_errors

_OF_THE_FILE = ("open_object", "open_collection")


class SYNTH_OT_load_preset(bpy.types.Operator):
    bl_idname = "synth.load_preset"
    bl_label = "Load Preset"
    bl_translation_context = CONTEXT
    bl_description = "Replace all settings, marked objects included, by those of a preset"
    bl_options = {"REGISTER", "UNDO"}

    preset: bpy.props.EnumProperty(
        name="Preset",
        translation_context=CONTEXT,
        description="Recipe that ships with Synth",
        items=preset_items(),
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
        match_classes(context.scene)
        return {"FINISHED"}


class SYNTH_OT_load_own_preset(bpy.types.Operator):
    bl_idname = "synth.load_own_preset"
    bl_label = "Load Preset"
    bl_translation_context = CONTEXT
    bl_description = "Replace all settings by those of your preset; marked objects stay marked"
    bl_options = {"REGISTER", "UNDO"}

    filepath: bpy.props.StringProperty(
        name="File", translation_context=CONTEXT, subtype="FILE_PATH"
    )

    @reports_errors
    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.recipe.loading import load_data

        path = Path(self.filepath)
        data = _read(path)
        marked = _of_the_file(recipe_data(context.scene).get("objects", {}))
        data["objects"] = {**data.get("objects", {}), **marked}
        if not data["objects"]:
            raise UsageError(
                reported("The preset names no objects. Mark objects first, then load it")
            )
        recipe = load_data(data, path.parent, path.name, ()).recipe
        fill_settings(context.scene, recipe.model_dump(mode="json"), path.name)
        match_classes(context.scene)
        return {"FINISHED"}


class SYNTH_OT_save_preset(bpy.types.Operator):
    bl_idname = "synth.save_preset"
    bl_label = "Save Preset"
    bl_translation_context = CONTEXT
    bl_description = "Keep the settings as a preset for other files, without marked objects"
    bl_options = {"REGISTER"}

    # the names that Blender's own menu of presets gives values to
    name: bpy.props.StringProperty(
        name="Name",
        translation_context=CONTEXT,
        description="Name of the preset",
        maxlen=64,
        options={"SKIP_SAVE"},
    )
    remove_name: bpy.props.BoolProperty(
        name="Remove",
        translation_context=CONTEXT,
        description="Remove the preset",
        options={"HIDDEN", "SKIP_SAVE"},
    )

    @reports_errors
    def execute(self, context: bpy.types.Context) -> set[str]:
        if self.remove_name:
            return self._remove()
        stem = bpy.path.clean_name(bpy.path.display_name_to_filepath(self.name.strip()))
        if not stem.strip("_"):
            raise UsageError(reported("The preset needs a name. Write one beside the plus sign"))
        path = own_preset_folder() / f"{stem}{SUFFIX}"
        if path.exists():
            raise UsageError(
                reported(
                    "There is a preset {name} already. Remove it, or choose another name",
                    name=self.name,
                )
            )
        write_recipe(_for_other_files(context.scene), path)
        self.report({"INFO"}, reported("Wrote {file}", file=path))
        return {"FINISHED"}

    def _remove(self) -> set[str]:
        names = {bpy.path.display_name(path.name): path for path in own_presets()}
        path = names.get(self.name)
        if path is None:
            raise UsageError(reported("There is no preset {name}. Save it first", name=self.name))
        try:
            path.unlink()
        except OSError as error:
            raise StorageError(
                reported(
                    "{file}: cannot be removed ({reason}). Allow writing in its folder",
                    file=path,
                    reason=error.strerror,
                )
            ) from error
        return {"FINISHED"}


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            reported("{file}: no preset can be read ({reason}). Remove it", file=path, reason=error)
        ) from error
    if not isinstance(data, dict) or not isinstance(data.get("objects", {}), dict):
        raise UsageError(reported("{file}: this is no recipe. Remove it", file=path))
    return data


def _for_other_files(scene: bpy.types.Scene) -> dict[str, Any]:
    """Return the recipe of a scene without what belongs to its file alone."""
    from ..properties.loading import file_folder

    data = recipe_data(scene)
    objects = data.get("objects", {})
    kept = {name: entry for name, entry in objects.items() if name not in _of_the_file(objects)}
    if len(kept) < len(objects):
        data.pop("categories", None)
    if "assets" in data:
        data["assets"] = with_full_paths(data["assets"], file_folder())
    return {**data, "objects": kept}


def _of_the_file(objects: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return those entries that name an object or collection of the open file."""
    return {n: e for n, e in objects.items() if any(e.get(source) for source in _OF_THE_FILE)}
