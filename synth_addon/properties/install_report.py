"""What the last check of the installation has found; it lives in the window manager."""

from __future__ import annotations

from typing import Any

import bpy

from ..translations.translating import CONTEXT

REPORT = "synth_install_report"
"""What the report is called in the window manager."""


class SYNTH_PG_install_line(bpy.types.PropertyGroup):
    """One thing that was looked at; its name is what it is."""

    found: bpy.props.StringProperty(name="Found", translation_context=CONTEXT)
    remedy: bpy.props.StringProperty(
        name="Remedy", translation_context=CONTEXT, description="Empty where all is well"
    )


def report_of(manager: bpy.types.WindowManager) -> Any:
    """Return the lines of the last check."""
    return getattr(manager, REPORT)
