"""What a scene knows of Synth: the recipe, and where its dataset goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..core.errors import UsageError
from ..core.export.names import FORMAT_LABELS
from ..translations.translating import CONTEXT, reported
from .classes import SYNTH_PG_class
from .overlay import SYNTH_PG_overlay
from .sections import recipe_class
from .versions import FOLDER_OPTIONS

NAME = "synth"
"""What the settings of a scene, and the job of the window manager, are called."""


class SYNTH_PG_settings(bpy.types.PropertyGroup):
    """The settings of one scene; they live in the .blend file."""

    recipe: bpy.props.PointerProperty(
        type=recipe_class(), name="Recipe", translation_context=CONTEXT
    )
    output: bpy.props.StringProperty(
        name="Output",
        translation_context=CONTEXT,
        description="Folder of the dataset; // stands for the folder of this file",
        subtype="DIR_PATH",
        default="//dataset",
        options=FOLDER_OPTIONS,
    )
    formats: bpy.props.EnumProperty(
        name="Formats",
        translation_context=CONTEXT,
        description="Write the finished dataset in these formats too, each into a folder beside it",
        items=[
            (name, label, "Folder named like the dataset's, with the format's name at its end")
            for name, label in FORMAT_LABELS.items()
        ],
        options={"ENUM_FLAG"},
    )
    version: bpy.props.IntProperty(
        name="Version",
        translation_context=CONTEXT,
        description="Version of the recipe that these settings are of",
        default=1,
    )
    preview_scene: bpy.props.IntProperty(
        name="Scene",
        translation_context=CONTEXT,
        description="Index of the scene that the preview shows",
        min=0,
    )
    classes: bpy.props.CollectionProperty(
        type=SYNTH_PG_class, name="Classes", translation_context=CONTEXT
    )
    classes_index: bpy.props.IntProperty(
        name="Active Class", translation_context=CONTEXT, options={"SKIP_SAVE"}
    )
    overlay: bpy.props.PointerProperty(
        type=SYNTH_PG_overlay, name="Viewport", translation_context=CONTEXT
    )


def settings_of(scene: bpy.types.Scene) -> Any:
    """Return the settings of a scene."""
    return getattr(scene, NAME)


def output_folder(scene: bpy.types.Scene) -> Path:
    """Return where the dataset of a scene goes.

    Raises:
        UsageError: no folder is named, or it is relative to a file that was never saved.
    """
    stated = settings_of(scene).output
    if not stated.strip():
        raise UsageError(reported("Output names no folder. Choose one in the Dataset panel"))
    if stated.startswith("//") and not bpy.data.filepath:
        raise UsageError(
            reported(
                "Output is {folder}, a folder beside this file, and the file was never saved. "
                "Save it, or choose a folder",
                folder=stated,
            )
        )
    return Path(bpy.path.abspath(stated)).absolute()


def export_arguments(scene: bpy.types.Scene) -> list[str]:
    """Return what ``synth generate`` is told of the formats of a scene.

    Raises:
        UsageError: as `output_folder`.
    """
    output = output_folder(scene)
    formats = [name for name in FORMAT_LABELS if name in settings_of(scene).formats]
    exports = [f"{name}={output.with_name(f'{output.name}_{name}')}" for name in formats]
    return [word for export in exports for word in ("--export", export)]
