"""What a scene knows of Synth: the recipe, and where its dataset goes."""

from __future__ import annotations

import bpy

from .sections import recipe_class


class SYNTH_PG_settings(bpy.types.PropertyGroup):
    """The settings of one scene; they live in the .blend file."""

    recipe: bpy.props.PointerProperty(type=recipe_class(), name="Recipe")
    output: bpy.props.StringProperty(
        name="Output",
        description="Folder of the dataset; // stands for the folder of this file",
        subtype="DIR_PATH",
        default="//dataset",
    )
    preview_scene: bpy.props.IntProperty(
        name="Scene", description="Index of the scene that the preview shows", min=0
    )
