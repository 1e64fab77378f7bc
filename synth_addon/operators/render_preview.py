"""Renders one frame of the dataset and shows it with its annotations."""

from __future__ import annotations

import tempfile
from pathlib import Path

import bpy

from ..properties.settings import settings_of
from ..translations.translating import CONTEXT
from .frame_picture import show_picture
from .reporting import reports_errors
from .shown_preview import previewed_scene


class SYNTH_OT_render_preview(bpy.types.Operator):
    bl_idname = "synth.render_preview"
    bl_label = "Render Preview Frame"
    bl_translation_context = CONTEXT
    bl_description = "Render the first view of that scene as in the dataset, and show its labels"
    bl_options = {"REGISTER"}

    @reports_errors
    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..blender.generate_dataset import generate_dataset
        from ..core.dataset.reading import open_dataset
        from ..core.pictures.overlay import draw_frame
        from ..properties.loading import load_scene_recipe

        source = previewed_scene() or context.scene
        index = settings_of(source).preview_scene
        context.window.cursor_set("WAIT")
        try:
            with tempfile.TemporaryDirectory(prefix="synth-frame-") as folder:
                output = Path(folder) / "frame"
                # the first view of a scene is the same however many views follow
                loaded = load_scene_recipe(source, ["views_per_scene=1"])
                generate_dataset(loaded, output, range(index, index + 1))
                picture = draw_frame(open_dataset(output), index)
        finally:
            context.window.cursor_set("DEFAULT")
        show_picture(context, picture)
        return {"FINISHED"}
