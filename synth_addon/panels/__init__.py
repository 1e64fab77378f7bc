"""The tab Synth in the 3D viewport's sidebar."""

from __future__ import annotations

import bpy

from .classes import SYNTH_PT_classes, SYNTH_UL_classes, forget_match
from .context_menu import SYNTH_MT_mark_pie, SYNTH_MT_objects, add_to_menus, remove_from_menus
from .dataset import SYNTH_PT_dataset
from .inspect import SYNTH_PT_inspect
from .objects import SYNTH_PT_objects, SYNTH_UL_objects
from .overlays import SYNTH_PT_overlays
from .presets import SYNTH_MT_presets
from .preview import SYNTH_PT_preview
from .sections import section_panels
from .thumbnail import forget_thumbnail

CLASSES = (
    SYNTH_MT_presets,
    SYNTH_PT_preview,
    SYNTH_PT_dataset,
    SYNTH_UL_objects,
    SYNTH_PT_objects,
    SYNTH_UL_classes,
    SYNTH_PT_classes,
    *section_panels(),
    SYNTH_PT_inspect,
    SYNTH_PT_overlays,
    SYNTH_MT_objects,
    SYNTH_MT_mark_pie,
)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    add_to_menus()


def unregister() -> None:
    remove_from_menus()
    forget_match()
    forget_thumbnail()
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
