"""Adds, removes and orders classes, and selects what belongs to one."""

from __future__ import annotations

from typing import Any

import bpy

from ..properties.classes import (
    SEPARATOR,
    class_names,
    objects_of_class,
    order_classes,
)
from ..properties.sections import INDEX
from ..properties.settings import settings_of
from ..translations.translating import CONTEXT, reported
from .mark import free_name, marked_by


def _active(context: bpy.types.Context) -> str:
    """Return the class that is active in the list; empty if there is none."""
    settings = settings_of(context.scene)
    number = getattr(settings, "classes" + INDEX)
    return settings.classes[number].name if 0 <= number < len(settings.classes) else ""


def _activate(context: bpy.types.Context, name: str) -> None:
    settings = settings_of(context.scene)
    setattr(settings, "classes" + INDEX, settings.classes.find(name))


class SYNTH_OT_add_class(bpy.types.Operator):
    bl_idname = "synth.add_class"
    bl_label = "Add Class"
    bl_translation_context = CONTEXT
    bl_description = "Add a class, which keeps its id even while no object is of it"
    bl_options = {"REGISTER", "UNDO"}

    category: bpy.props.StringProperty(
        name="Class", translation_context=CONTEXT, description="Name that annotations carry"
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, context: bpy.types.Context) -> set[str]:
        names = class_names(context.scene)
        name = free_name(self.category.replace(SEPARATOR, " ").strip() or "New", names)
        order_classes(context.scene, (*names, name))
        _activate(context, name)
        return {"FINISHED"}


class SYNTH_OT_remove_class(bpy.types.Operator):
    bl_idname = "synth.remove_class"
    bl_label = "Remove Class"
    bl_translation_context = CONTEXT
    bl_description = "Remove a class that no object is of"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        name, names = _active(context), class_names(context.scene)
        users = objects_of_class(context.scene, name)
        if users:
            message = reported(
                "{object} is of class {name}. Give its objects another class first",
                object=users[0].name,
                name=name,
            )
            self.report({"WARNING"}, message)
            return {"CANCELLED"}
        order_classes(context.scene, tuple(other for other in names if other != name))
        return {"FINISHED"}


class SYNTH_OT_move_class(bpy.types.Operator):
    bl_idname = "synth.move_class"
    bl_label = "Move Class"
    bl_translation_context = CONTEXT
    bl_description = "Change the order of the classes, and so their ids"
    bl_options = {"REGISTER", "UNDO"}

    direction: bpy.props.EnumProperty(
        name="Direction",
        translation_context=CONTEXT,
        items=(("up", "Up", "A smaller id"), ("down", "Down", "A larger id")),
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        name, names = _active(context), list(class_names(context.scene))
        if name not in names:
            return {"CANCELLED"}
        place = names.index(name)
        names.remove(name)
        names.insert(max(0, place + (-1 if self.direction == "up" else 1)), name)
        order_classes(context.scene, tuple(names))
        _activate(context, name)
        return {"FINISHED"}


class SYNTH_OT_select_class(bpy.types.Operator):
    bl_idname = "synth.select_class"
    bl_label = "Select Class"
    bl_translation_context = CONTEXT
    bl_description = "Select all objects of the class, and nothing else"
    bl_options = {"REGISTER", "UNDO"}

    category: bpy.props.StringProperty(
        name="Class", translation_context=CONTEXT, description="Name that annotations carry"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        chosen: set[Any] = set()
        for entry in objects_of_class(context.scene, self.category):
            if item := marked_by(entry, "open_object"):
                chosen.add(item)
            elif collection := marked_by(entry, "open_collection"):
                chosen.update(collection.all_objects)
        for item in context.view_layer.objects:
            item.select_set(item in chosen)
        return {"FINISHED"}
