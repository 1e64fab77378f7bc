"""What the sidebar shows of the job under way; it lives in the window manager, not in the file."""

from __future__ import annotations

from typing import Any

import bpy

from ..translations.translating import CONTEXT

STATES = (
    ("none", "None", "No job was started yet"),
    ("waiting", "Waiting", "Another job goes first"),
    ("starting", "Starting", "Blender is starting in the background"),
    ("running", "Running", "Frames are being made"),
    ("stopping", "Stopping", "The current frame is finished first"),
    ("done", "Done", "All frames are made"),
    ("cancelled", "Cancelled", "Stopped by the user; Resume goes on"),
    ("failed", "Failed", "Stopped by an error; what was finished is kept"),
)
ACTIVE = frozenset({"waiting", "starting", "running", "stopping"})


def cost_key(recipe: Any, device: str) -> str:
    """Return the settings that decide most of what a frame costs."""
    render, camera = recipe.render, recipe.camera
    size = f"{camera.width_px} x {camera.height_px}"
    return f"{render.engine} on {device}, {render.samples} samples, {render.denoise}, {size}"


class SYNTH_PG_job(bpy.types.PropertyGroup):
    """The job that was started last."""

    state: bpy.props.EnumProperty(items=STATES, name="State", translation_context=CONTEXT)
    done: bpy.props.IntProperty(name="Frames Done", translation_context=CONTEXT)
    total: bpy.props.IntProperty(name="Frames", translation_context=CONTEXT)
    seconds: bpy.props.FloatProperty(
        name="Seconds Since the First Frame", translation_context=CONTEXT
    )
    waiting: bpy.props.IntProperty(name="Jobs Waiting", translation_context=CONTEXT)
    frame_bytes: bpy.props.FloatProperty(name="Bytes of a Frame", translation_context=CONTEXT)
    frame_seconds: bpy.props.FloatProperty(name="Seconds for a Frame", translation_context=CONTEXT)
    measured: bpy.props.StringProperty(
        name="Measured With",
        translation_context=CONTEXT,
        description="The settings that a frame's time and size belong to",
    )
    output: bpy.props.StringProperty(name="Dataset", translation_context=CONTEXT)
    thumbnail: bpy.props.StringProperty(
        name="Last Frame",
        translation_context=CONTEXT,
        description="Image file of the frame that was finished last",
    )
    message: bpy.props.StringProperty(name="Message", translation_context=CONTEXT)
