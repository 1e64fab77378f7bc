"""The tab Synth in the 3D viewport's sidebar."""

from __future__ import annotations

import bpy

from .context_menu import SYNTH_MT_objects, add_to_menus, remove_from_menus
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
    SYNTH_MT_objects,
)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    add_to_menus()


def unregister() -> None:
    remove_from_menus()
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
