"""The recipe as properties of Blender's scenes, made from its own declarations."""

from __future__ import annotations

import bpy

from .sections import section_classes
from .settings import SYNTH_PG_settings

SCENE_PROPERTY = "synth"


def register() -> None:
    """Register every class and give each scene its settings."""
    for cls in classes():
        bpy.utils.register_class(cls)
    pointer = bpy.props.PointerProperty(type=SYNTH_PG_settings, name="Synth")
    setattr(bpy.types.Scene, SCENE_PROPERTY, pointer)


def unregister() -> None:
    """Undo `register`, in reverse; what scenes hold stays in their files."""
    delattr(bpy.types.Scene, SCENE_PROPERTY)
    for cls in reversed(classes()):
        bpy.utils.unregister_class(cls)


def classes() -> tuple[type[bpy.types.PropertyGroup], ...]:
    """Return all property groups, inner ones first."""
    return (*section_classes(), SYNTH_PG_settings)
