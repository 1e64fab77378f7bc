"""Where the user's own presets lie: beside Blender's."""

from __future__ import annotations

from pathlib import Path

import bpy

SUBFOLDER = "synth"
SUFFIX = ".json"


def own_preset_folder() -> Path:
    """Return where the user's presets lie; it may not exist yet."""
    return Path(bpy.utils.user_resource("SCRIPTS", path="presets")) / SUBFOLDER


def own_presets() -> list[Path]:
    """Return the files of the user's presets, sorted."""
    return sorted(own_preset_folder().glob(f"*{SUFFIX}"))
