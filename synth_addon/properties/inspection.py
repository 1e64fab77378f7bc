"""The frame of a dataset that is looked at; it lives in the window manager, not in the file."""

from __future__ import annotations

import bpy


class SYNTH_PG_label_line(bpy.types.PropertyGroup):
    """What is said of one object; its name is the sentence."""

    has_label: bpy.props.BoolProperty(name="Has a Label")


class SYNTH_PG_inspection(bpy.types.PropertyGroup):
    """One frame of one dataset."""

    dataset: bpy.props.StringProperty(name="Dataset")
    frame: bpy.props.IntProperty(name="Frame")
    position: bpy.props.IntProperty(name="Position Among the Frames")
    frames: bpy.props.IntProperty(name="Frames")
    objects: bpy.props.CollectionProperty(type=SYNTH_PG_label_line, name="Objects")
