"""The frame of a dataset that is looked at; it lives in the window manager, not in the file."""

from __future__ import annotations

import bpy

from ..translations.translating import CONTEXT


class SYNTH_PG_label_line(bpy.types.PropertyGroup):
    """What is said of one object; its name is the sentence."""

    has_label: bpy.props.BoolProperty(name="Has a Label", translation_context=CONTEXT)


class SYNTH_PG_inspection(bpy.types.PropertyGroup):
    """One frame of one dataset."""

    dataset: bpy.props.StringProperty(name="Dataset", translation_context=CONTEXT)
    frame: bpy.props.IntProperty(name="Frame", translation_context=CONTEXT)
    position: bpy.props.IntProperty(name="Position Among the Frames", translation_context=CONTEXT)
    frames: bpy.props.IntProperty(name="Frames", translation_context=CONTEXT)
    objects: bpy.props.CollectionProperty(
        type=SYNTH_PG_label_line, name="Objects", translation_context=CONTEXT
    )
