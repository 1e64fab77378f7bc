"""The recipe as properties of Blender's scenes, made from its own declarations."""

from __future__ import annotations

import bpy

from ..translations.translating import CONTEXT
from .classes import SYNTH_PG_class
from .inspection import SYNTH_PG_inspection, SYNTH_PG_label_line
from .install_report import REPORT, SYNTH_PG_install_line
from .job import SYNTH_PG_job
from .overlay import SYNTH_PG_overlay
from .sections import section_classes
from .settings import NAME, SYNTH_PG_settings

INSPECTION = f"{NAME}_inspection"
UNSEEN = (SYNTH_PG_job, SYNTH_PG_label_line, SYNTH_PG_inspection, SYNTH_PG_install_line)
"""Groups whose properties are never drawn by name."""


def register() -> None:
    """Register every class, and give each scene its settings."""
    for cls in classes():
        bpy.utils.register_class(cls)
    settings = bpy.props.PointerProperty(
        type=SYNTH_PG_settings, name="Synth", translation_context=CONTEXT
    )
    setattr(bpy.types.Scene, NAME, settings)
    job = bpy.props.PointerProperty(
        type=SYNTH_PG_job, name="Synth", translation_context=CONTEXT, options={"SKIP_SAVE"}
    )
    setattr(bpy.types.WindowManager, NAME, job)
    inspection = bpy.props.PointerProperty(type=SYNTH_PG_inspection, options={"SKIP_SAVE"})
    setattr(bpy.types.WindowManager, INSPECTION, inspection)
    report = bpy.props.CollectionProperty(type=SYNTH_PG_install_line, options={"SKIP_SAVE"})
    setattr(bpy.types.WindowManager, REPORT, report)


def unregister() -> None:
    """Undo `register`, in reverse; what scenes hold stays in their files."""
    delattr(bpy.types.WindowManager, REPORT)
    delattr(bpy.types.WindowManager, INSPECTION)
    delattr(bpy.types.WindowManager, NAME)
    delattr(bpy.types.Scene, NAME)
    for cls in reversed(classes()):
        bpy.utils.unregister_class(cls)


def ensure_registered() -> None:
    """Register where the extension is not enabled, as in scripts that use its files alone."""
    if not hasattr(bpy.types.Scene, NAME):
        register()


def classes() -> tuple[type[bpy.types.PropertyGroup], ...]:
    """Return all property groups, inner ones first."""
    return (
        *section_classes(),
        SYNTH_PG_class,
        SYNTH_PG_overlay,
        SYNTH_PG_settings,
        SYNTH_PG_job,
        SYNTH_PG_label_line,
        SYNTH_PG_inspection,
        SYNTH_PG_install_line,
    )
