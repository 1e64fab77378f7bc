"""Marks the selected objects, or a whole collection."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bpy

from ..core.surface_mark import SURFACE_MARK
from ..properties.classes import state_used_classes
from ..properties.roles import ROLES, role_name
from ..properties.sections import INDEX
from ..properties.settings import settings_of
from ..translations.translating import CONTEXT, reported


class SYNTH_OT_mark(bpy.types.Operator):
    bl_idname = "synth.mark"
    bl_label = "Mark Selected"
    bl_translation_context = CONTEXT
    bl_description = "Add the selected meshes to the dataset, or change their role"
    bl_options = {"REGISTER", "UNDO"}

    role: bpy.props.EnumProperty(
        name="Role", translation_context=CONTEXT, items=ROLES, default="target"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if any(item.type == "MESH" for item in context.selected_objects):
            return True
        cls.poll_message_set(reported("Select one or more mesh objects first"))
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        meshes = [item for item in context.selected_objects if item.type == "MESH"]
        for item in meshes:
            _mark(context.scene, item, "open_object", self.role)
            _mark_as_surface(item, self.role)
        state_used_classes(context.scene)
        self.report({"INFO"}, _marked_message(len(meshes), self.role))
        return {"FINISHED"}


class SYNTH_OT_mark_collection(bpy.types.Operator):
    bl_idname = "synth.mark_collection"
    bl_label = "Mark Collection"
    bl_translation_context = CONTEXT
    bl_description = "Add the active collection, whose meshes are choices, or change its role"
    bl_options = {"REGISTER", "UNDO"}

    role: bpy.props.EnumProperty(
        name="Role", translation_context=CONTEXT, items=ROLES, default="target"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if any(item.type == "MESH" for item in context.collection.all_objects):
            return True
        cls.poll_message_set(reported("Make a collection active that holds meshes"))
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        collection = context.collection
        _mark(context.scene, collection, "open_collection", self.role)
        for item in collection.all_objects:
            _mark_as_surface(item, self.role)
        state_used_classes(context.scene)
        self.report({"INFO"}, _marked_message(collection.name, self.role))
        return {"FINISHED"}


def _marked_message(marked: object, role: str) -> str:
    return reported("Marked {marked} as {role}", marked=marked, role=role_name(role))


def _mark(scene: bpy.types.Scene, marked: bpy.types.ID, source: str, role: str) -> None:
    """Give the entry of an object or collection a role; it becomes the active one.

    Args:
        source: what entries call it: open_object or open_collection.
    """
    settings = settings_of(scene)
    settings.version = settings.version  # now it is in the file, for later versions to see
    recipe = settings.recipe
    entry = _entry_of(recipe.objects, source, marked) or _added(recipe.objects, source, marked)
    entry.role = role
    setattr(recipe, "objects" + INDEX, recipe.objects.find(entry.name))


def _mark_as_surface(item: bpy.types.Object, role: str) -> None:
    if role == "surface":
        item[SURFACE_MARK] = True
    else:
        item.pop(SURFACE_MARK, None)


def _entry_of(
    entries: Iterable[Any], source: str, marked: bpy.types.ID
) -> bpy.types.PropertyGroup | None:
    return next((e for e in entries if marked_by(e, source) == marked), None)


def marked_by(entry: bpy.types.PropertyGroup, source: str) -> bpy.types.ID | None:
    """Return what an entry marks; None if it has another source."""
    return getattr(entry, source) if getattr(entry, f"use_{source}") else None


def _added(
    entries: bpy.types.bpy_prop_collection, source: str, marked: bpy.types.ID
) -> bpy.types.PropertyGroup:
    entry = entries.add()
    entry.name = free_name(marked.name, (other.name for other in entries))
    setattr(entry, f"use_{source}", True)
    setattr(entry, source, marked)
    return entry


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """Return a name for a new entry: without dots, which paths of the recipe use, and unique."""
    stem, known = wanted.replace(".", "_"), set(taken)
    name, number = stem, 2
    while name in known:
        name, number = f"{stem} {number}", number + 1
    return name
