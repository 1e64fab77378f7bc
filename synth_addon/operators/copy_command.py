"""Puts the headless command on the clipboard."""

from __future__ import annotations

import bpy

from ..core.errors import UsageError
from ..preferences import preferences
from ..properties.settings import export_arguments, output_folder
from ..translations.translating import CONTEXT, reported
from .reporting import reports_errors
from .worker_command import as_text, worker_command


class SYNTH_OT_copy_command(bpy.types.Operator):
    bl_idname = "synth.copy_command"
    bl_label = "Copy Batch Command"
    bl_translation_context = CONTEXT
    bl_description = "Put the command that makes the same dataset without a window on the clipboard"
    bl_options = {"REGISTER"}

    @reports_errors
    def execute(self, context: bpy.types.Context) -> set[str]:
        file = bpy.data.filepath
        if not file:
            raise UsageError(
                reported("The command names this file, and it was never saved. Save it first")
            )
        arguments = ["--output", str(output_folder(context.scene))]
        arguments += export_arguments(context.scene)
        command = worker_command(file, [*arguments, *preferences().worker_arguments()])
        context.window_manager.clipboard = as_text(command)
        message = reported("Copied; it uses the settings as they were saved last")
        self.report({"INFO"}, message)
        return {"FINISHED"}
