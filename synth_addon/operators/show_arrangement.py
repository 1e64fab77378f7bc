"""Arranges Blender's scene as in the frame that is inspected."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..translations.translating import CONTEXT, reported
from .reporting import reports_errors
from .shown_preview import ShownPreview, previewed_scene, show


class SYNTH_OT_show_arrangement(bpy.types.Operator):
    bl_idname = "synth.show_arrangement"
    bl_label = "Show Arrangement"
    bl_translation_context = CONTEXT
    bl_description = "Show the exact scene of this frame in the viewport; yours stays as it is"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if context.window_manager.synth_inspection.dataset:
            return True
        cls.poll_message_set(reported("Inspect a dataset first"))
        return False

    @reports_errors
    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.dataset.reading import open_dataset

        shown = context.window_manager.synth_inspection
        dataset = open_dataset(Path(shown.dataset))
        scene, view = divmod(shown.frame, dataset.info.views_per_scene)
        source = previewed_scene() or context.scene
        preview = ShownPreview.arranged(source, dataset.scene(scene), view)
        show(preview, context.window)
        return {"FINISHED"}
