"""How scenes that the preview made are told from the user's own."""

from __future__ import annotations

import bpy

PREVIEW_MARK = "synth_preview_of"
"""Custom property of a previewing scene: the name of the scene whose settings it shows."""


def is_preview(scene: bpy.types.Scene) -> bool:
    """Return whether a scene is one that the preview made."""
    return PREVIEW_MARK in scene
