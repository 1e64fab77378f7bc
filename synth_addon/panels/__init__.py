"""The tab Synth in the 3D viewport's sidebar."""

from __future__ import annotations

import bpy

from .dataset import SYNTH_PT_dataset
from .inspect import SYNTH_PT_inspect
from .objects import SYNTH_PT_objects, SYNTH_UL_objects
from .overlays import SYNTH_PT_overlays
from .preview import SYNTH_PT_preview
from .sections import section_panels

CLASSES = (
    SYNTH_PT_preview,
    SYNTH_PT_dataset,
    SYNTH_UL_objects,
    SYNTH_PT_objects,
    *section_panels(),
    SYNTH_PT_inspect,
    SYNTH_PT_overlays,
)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
