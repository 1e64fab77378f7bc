"""The classes of a scene, in the order of their ids, each with a colour.

The list follows what the recipe says: it is a view of it with colours added, so that nothing has
to be kept equal by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

from ..core.pictures.palette import class_color
from ..translations.translating import CONTEXT

Color = tuple[float, float, float]
SEPARATOR = ","


def _shown_name(item: bpy.types.PropertyGroup) -> str:
    return item.name


def _renamed(item: bpy.types.PropertyGroup, wanted: str) -> None:
    rename_class(item.id_data, item.name, wanted)


class SYNTH_PG_class(bpy.types.PropertyGroup):
    """One class; its name is the one that annotations carry."""

    label: bpy.props.StringProperty(
        name="Class",
        translation_context=CONTEXT,
        description="Name that annotations carry; all objects of the class follow it",
        get=_shown_name,
        set=_renamed,
    )
    color: bpy.props.FloatVectorProperty(
        name="Color",
        translation_context=CONTEXT,
        description="Color of the class in the viewport and over inspected frames",
        subtype="COLOR_GAMMA",
        size=3,
        min=0,
        max=1,
        default=(0.5, 0.5, 0.5),
    )


def class_of(entry: bpy.types.PropertyGroup) -> str:
    """Return the class of an entry: the one it states, or its own name; empty without a label."""
    if entry.role != "target":
        return ""
    return (entry.category if entry.use_category else "") or entry.name


def class_names(scene: bpy.types.Scene) -> tuple[str, ...]:
    """Return all classes in the order of their ids: those that are stated, then others in use."""
    recipe = scene.synth.recipe
    stated = (name.strip() for name in recipe.categories.split(SEPARATOR))
    names = [name for name in stated if name]
    names += [name for entry in recipe.objects if (name := class_of(entry))]
    return tuple(dict.fromkeys(names))


def objects_of_class(scene: bpy.types.Scene, name: str) -> list[bpy.types.PropertyGroup]:
    """Return the entries of a class."""
    return [entry for entry in scene.synth.recipe.objects if class_of(entry) == name]


def class_colors(scene: bpy.types.Scene) -> Mapping[str, Color]:
    """Return the colour of each class, red, green and blue in 0..1 as screens show them."""
    chosen = {item.name: tuple(item.color) for item in scene.synth.classes}
    return {
        name: chosen.get(name) or _palette(number)
        for number, name in enumerate(class_names(scene), start=1)
    }


def is_list_current(scene: bpy.types.Scene) -> bool:
    """Return whether the list shows the classes of the recipe."""
    return tuple(item.name for item in scene.synth.classes) == class_names(scene)


def match_classes(scene: bpy.types.Scene) -> None:
    """Let the list show the classes of the recipe; classes that stay keep their colours."""
    if is_list_current(scene):
        return
    colors, classes = class_colors(scene), scene.synth.classes
    classes.clear()
    for name, color in colors.items():
        item = classes.add()
        item.name, item.color = name, color


def order_classes(scene: bpy.types.Scene, names: tuple[str, ...]) -> None:
    """State the classes and their order, which gives them their ids."""
    scene.synth.recipe.categories = f"{SEPARATOR} ".join(names)
    match_classes(scene)


def rename_class(scene: bpy.types.Scene, old: str, wanted: str) -> None:
    """Rename a class in everything that states it; into one that exists, they become one."""
    new = wanted.replace(SEPARATOR, " ").strip()
    if not new or new == old:
        return
    settings = scene.synth
    for entry in objects_of_class(scene, old):
        entry.use_category, entry.category = True, new
    if settings.recipe.categories.strip():
        names = [name.strip() for name in settings.recipe.categories.split(SEPARATOR)]
        order_classes(scene, tuple(dict.fromkeys(new if n == old else n for n in names)))
    for item in settings.classes:
        if item.name == old:
            item.name = new
    match_classes(scene)


def state_used_classes(scene: bpy.types.Scene) -> None:
    """Where classes are stated, state also those that objects have got since."""
    if scene.synth.recipe.categories.strip():
        order_classes(scene, class_names(scene))
    else:
        match_classes(scene)


def _palette(category_id: int) -> Any:
    return tuple(channel / 255 for channel in class_color(category_id))
