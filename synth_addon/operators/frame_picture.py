"""A drawn frame in Blender's Image Editor."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from PIL.Image import Image

IMAGE_NAME = "Synth Frame"


def show_picture(context: bpy.types.Context, picture: Image) -> None:
    """Put a picture into an Image Editor, into a window of its own if there is none."""
    image = _loaded(picture)
    manager = context.window_manager
    areas = [a for w in manager.windows for a in w.screen.areas if a.type == "IMAGE_EDITOR"]
    if not areas and not bpy.app.background:
        bpy.ops.wm.window_new()
        areas = list(manager.windows[-1].screen.areas[:1])
        areas[0].type = "IMAGE_EDITOR"
    for area in areas[:1]:
        area.spaces.active.image = image
        area.tag_redraw()


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
