"""Shows a frame of the dataset with its annotations drawn."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..properties.settings import output_folder
from ..translations.translating import CONTEXT, reported
from .frame_picture import show_picture
from .reporting import reports_errors


class SYNTH_OT_inspect(bpy.types.Operator):
    bl_idname = "synth.inspect"
    bl_label = "Inspect Dataset"
    bl_translation_context = CONTEXT
    bl_description = "Show a frame of the dataset with masks, boxes and classes drawn over it"
    bl_options = {"REGISTER"}

    step: bpy.props.EnumProperty(
        name="Step",
        translation_context=CONTEXT,
        items=(
            ("first", "First", "The first frame"),
            ("previous", "Previous", "The frame before"),
            ("next", "Next", "The frame after"),
            ("last", "Last", "The last frame"),
        ),
        default="first",
    )

    @reports_errors
    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.dataset.reading import open_dataset
        from ..core.errors import DatasetError
        from ..core.label_reasons import label_reasons
        from ..core.pictures.overlay import draw_frame

        shown = context.window_manager.synth_inspection
        if self.step == "first" or not shown.dataset:
            shown.dataset = str(output_folder(context.scene))
        dataset = open_dataset(Path(shown.dataset))
        frames = dataset.frame_numbers()
        if not frames:
            raise DatasetError(
                reported(
                    "{folder}: has no finished frame yet. Generate some first",
                    folder=shown.dataset,
                )
            )
        position = self._position(shown.position, len(frames))
        frame = frames[position]
        picture = draw_frame(dataset, frame)
        reasons = label_reasons(dataset.annotation(frame))
        shown.frame, shown.position, shown.frames = frame, position, len(frames)
        shown.objects.clear()
        for reason in reasons:
            line = shown.objects.add()
            line.name = f"{reason.name}: {reported(reason.sentence, **reason.values)}"
            line.has_label = reason.has_label
        show_picture(context, picture)
        return {"FINISHED"}

    def _position(self, before: int, count: int) -> int:
        wanted = {"first": 0, "previous": before - 1, "next": before + 1, "last": count - 1}
        return wanted[self.step] % count
