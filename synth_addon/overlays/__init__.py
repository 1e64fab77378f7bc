"""The recipe's ranges, drawn in the 3D viewport with handles to drag."""

from __future__ import annotations

import bpy

from .gizmos import SYNTH_GGT_ranges, SYNTH_GT_handle
from .handlers import follow_scenes, stop_following

CLASSES = (SYNTH_GT_handle, SYNTH_GGT_ranges)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    follow_scenes()


def unregister() -> None:
    stop_following()
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
