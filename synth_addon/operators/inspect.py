"""Shows a frame of the dataset with its annotations drawn."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..properties.settings import output_folder
from .reporting import reports_errors

if TYPE_CHECKING:
    from PIL.Image import Image

IMAGE_NAME = "Synth Frame"


class SYNTH_OT_inspect(bpy.types.Operator):
    bl_idname = "synth.inspect"
    bl_label = "Inspect Dataset"
    bl_description = "Show a frame of the dataset with masks, boxes and classes drawn over it"
    bl_options = {"REGISTER"}

    step: bpy.props.EnumProperty(
        name="Step",
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
        from ..core.label_reasons import label_lines
        from ..core.pictures.overlay import draw_frame

        shown = context.window_manager.synth_inspection
        if self.step == "first" or not shown.dataset:
            shown.dataset = str(output_folder(context.scene))
        dataset = open_dataset(Path(shown.dataset))
        frames = dataset.frame_numbers()
        if not frames:
            raise DatasetError(f"{shown.dataset}: has no finished frame yet. Generate some first")
        position = self._position(shown.position, len(frames))
        frame = frames[position]
        picture = draw_frame(dataset, frame)
        lines = label_lines(dataset.annotation(frame))
        shown.frame, shown.position, shown.frames = frame, position, len(frames)
        shown.lines = "\n".join(lines)
        _show(context, _loaded(picture))
        return {"FINISHED"}

    def _position(self, before: int, count: int) -> int:
        wanted = {"first": 0, "previous": before - 1, "next": before + 1, "last": count - 1}
        return wanted[self.step] % count


def _loaded(picture: Image) -> bpy.types.Image:
    """Return the picture as Blender's image of that one name; the file is not needed any more."""
    before: bpy.types.Image | None = bpy.data.images.get(IMAGE_NAME)
    with tempfile.TemporaryDirectory(prefix="synth-frame-") as folder:
        path = Path(folder) / "frame.png"
        picture.save(path)
        image = bpy.data.images.load(str(path))
        image.pack()
    if before is not None:
        before.user_remap(image)
        bpy.data.images.remove(before)
    image.name = IMAGE_NAME
    return image


def _show(context: bpy.types.Context, image: bpy.types.Image) -> None:
    """Put the picture into an Image Editor, into a window of its own if there is none."""
    manager = context.window_manager
    areas = [a for w in manager.windows for a in w.screen.areas if a.type == "IMAGE_EDITOR"]
    if not areas and not bpy.app.background:
        bpy.ops.wm.window_new()
        areas = list(manager.windows[-1].screen.areas[:1])
        areas[0].type = "IMAGE_EDITOR"
    for area in areas[:1]:
        area.spaces.active.image = image
        area.tag_redraw()
