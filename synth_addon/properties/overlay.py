"""What is drawn in the 3D viewport beside the objects; it lives in the .blend file."""

from __future__ import annotations

from collections.abc import Callable

import bpy

from ..translations.translating import CONTEXT
from .preview_mark import is_preview


class Drawing:
    """What the part that draws does once a scene's overlay is switched on or off."""

    follow: Callable[[], None] | None = None


def _switched(overlay: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    if Drawing.follow is not None:
        Drawing.follow()


class SYNTH_PG_overlay(bpy.types.PropertyGroup):
    """Which overlays of one scene are drawn."""

    show: bpy.props.BoolProperty(
        name="Viewport",
        translation_context=CONTEXT,
        description="Draw the recipe's ranges in the 3D viewport, with handles to drag",
        update=_switched,
    )
    color_by: bpy.props.EnumProperty(
        name="Color Objects",
        translation_context=CONTEXT,
        description="Tint marked objects in the 3D viewport; their materials stay as they are",
        items=(
            ("none", "Off", "As Blender shows them"),
            ("role", "By Role", "One color for each role"),
            ("class", "By Class", "The color of each object's class"),
        ),
        default="none",
        update=_switched,
    )
    show_camera: bpy.props.BoolProperty(
        name="Camera Shell",
        translation_context=CONTEXT,
        description="Where cameras can be",
        default=True,
    )
    show_cloud: bpy.props.BoolProperty(
        name="Camera Cloud",
        translation_context=CONTEXT,
        description="A sample of camera positions, each a stroke towards what is looked at",
        default=True,
    )
    show_spawn: bpy.props.BoolProperty(
        name="Start Box",
        translation_context=CONTEXT,
        description="Where objects start",
        default=True,
    )
    show_lights: bpy.props.BoolProperty(
        name="Lights", translation_context=CONTEXT, description="Where lamps can be", default=True
    )
    show_surfaces: bpy.props.BoolProperty(
        name="Surfaces",
        translation_context=CONTEXT,
        description="Boxes of what objects are placed on",
        default=True,
    )
    show_labels: bpy.props.BoolProperty(
        name="Labels",
        translation_context=CONTEXT,
        description="Class and role of marked objects",
        default=True,
    )


def has_tints(scene: bpy.types.Scene) -> bool:
    """Return whether marked objects of a scene are tinted; those of a preview are not."""
    return scene.synth.overlay.color_by != "none" and not is_preview(scene)


def has_overlay(scene: bpy.types.Scene) -> bool:
    """Return whether the overlay of a scene is on; a preview has none."""
    return scene.synth.overlay.show and not is_preview(scene)
