"""Marks the selected objects."""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from ..properties.sections import INDEX
from ..properties.settings import settings_of

SURFACE_MARK = "synth_surface"
"""The custom property that says objects can be placed on this one."""


class SYNTH_OT_mark(bpy.types.Operator):
    bl_idname = "synth.mark"
    bl_label = "Mark Selected"
    bl_description = "Add the selected meshes to the dataset, or change their role"
    bl_options = {"REGISTER", "UNDO"}

    role: bpy.props.EnumProperty(
        name="Role",
        items=(
            ("target", "Target", "Annotated for training"),
            ("distractor", "Distractor", "Only hides targets"),
            ("surface", "Surface", "Stands in the room; other objects are placed on it"),
            ("ignore", "Ignore", "Kept in the list and left out of the dataset"),
        ),
        default="target",
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if any(item.type == "MESH" for item in context.selected_objects):
            return True
        cls.poll_message_set("Select one or more mesh objects first")
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        recipe = settings_of(context.scene).recipe
        meshes = [item for item in context.selected_objects if item.type == "MESH"]
        for item in meshes:
            entry = _entry_of(recipe.objects, item) or _added(recipe.objects, item)
            entry.role = self.role
            if self.role == "surface":
                item[SURFACE_MARK] = True
            elif SURFACE_MARK in item:
                del item[SURFACE_MARK]
        setattr(recipe, "objects" + INDEX, len(recipe.objects) - 1)
        self.report({"INFO"}, f"Marked {len(meshes)} as {self.role}")
        return {"FINISHED"}


def _entry_of(
    entries: Iterable[bpy.types.PropertyGroup], item: bpy.types.Object
) -> bpy.types.PropertyGroup | None:
    return next((e for e in entries if e.use_open_object and e.open_object == item), None)


def _added(
    entries: bpy.types.bpy_prop_collection, item: bpy.types.Object
) -> bpy.types.PropertyGroup:
    entry = entries.add()
    entry.name = free_name(item.name, (other.name for other in entries))
    entry.use_open_object = True
    entry.open_object = item
    return entry


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """Return a name for a new entry: without dots, which paths of the recipe use, and unique."""
    stem, known = wanted.replace(".", "_"), set(taken)
    name, number = stem, 2
    while name in known:
        name, number = f"{stem} {number}", number + 1
    return name
