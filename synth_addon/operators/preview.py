"""Shows one scene of the dataset, arranged and settled, in the window."""

from __future__ import annotations

import secrets

import bpy

from ..properties.settings import settings_of
from ..translations.translating import CONTEXT
from .reporting import reports_errors
from .shown_preview import ShownPreview, previewed_scene, show

_RANDOM_SCENES = 100_000


class SYNTH_OT_preview(bpy.types.Operator):
    bl_idname = "synth.preview"
    bl_label = "Preview"
    bl_translation_context = CONTEXT
    bl_description = "Show one scene of the dataset, arranged and settled; yours stays as it is"
    bl_options = {"REGISTER"}

    step: bpy.props.EnumProperty(
        name="Step",
        translation_context=CONTEXT,
        items=(
            ("same", "Same", "The scene of that index"),
            ("next", "Next", "The scene after it"),
            ("previous", "Previous", "The scene before it"),
            ("random", "Random", "Any scene"),
        ),
        default="same",
    )

    @reports_errors
    def execute(self, context: bpy.types.Context) -> set[str]:
        source = previewed_scene() or context.scene
        settings = settings_of(source)
        index = self._index(settings.preview_scene)
        context.window.cursor_set("WAIT")
        try:
            show(ShownPreview.made(source, index), context.window)
        finally:
            context.window.cursor_set("DEFAULT")
        settings.preview_scene = index
        return {"FINISHED"}

    def _index(self, index: int) -> int:
        match self.step:
            case "next":
                return index + 1
            case "previous":
                return max(0, index - 1)
            case "random":
                return secrets.randbelow(_RANDOM_SCENES)
            case _:
                return index
