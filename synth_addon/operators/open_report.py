"""Writes the report of the dataset and opens it in the browser."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..properties.settings import output_folder
from ..translations.translating import CONTEXT, reported
from .reporting import reports_errors


class SYNTH_OT_open_report(bpy.types.Operator):
    bl_idname = "synth.open_report"
    bl_label = "Open Report"
    bl_translation_context = CONTEXT
    bl_description = (
        "Write a page with pictures and statistics of the dataset, and open it in the browser"
    )
    bl_options = {"REGISTER"}

    @reports_errors
    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.report.page import write_report

        inspected = context.window_manager.synth_inspection.dataset
        folder = Path(inspected) if inspected else output_folder(context.scene)
        page = write_report(folder)
        if not bpy.app.background:
            bpy.ops.wm.url_open(url=page.as_uri())
        self.report({"INFO"}, reported("The report is in {file}", file=page))
        return {"FINISHED"}
