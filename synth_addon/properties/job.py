"""What the sidebar shows of the job under way; it lives in the window manager, not in the file."""

from __future__ import annotations

import bpy

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


class SYNTH_PG_job(bpy.types.PropertyGroup):
    """The job that was started last."""

    state: bpy.props.EnumProperty(items=STATES, name="State")
    done: bpy.props.IntProperty(name="Frames Done")
    total: bpy.props.IntProperty(name="Frames")
    seconds: bpy.props.FloatProperty(name="Seconds Since the First Frame")
    waiting: bpy.props.IntProperty(name="Jobs Waiting")
    output: bpy.props.StringProperty(name="Dataset")
    message: bpy.props.StringProperty(name="Message")
