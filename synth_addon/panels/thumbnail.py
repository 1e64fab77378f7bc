"""A small picture of the frame that was finished last."""

from __future__ import annotations

from typing import Any

import bpy


class _Kept:
    """The one picture that Blender holds for us, once there was any."""

    previews: Any = None
    path: str = ""


def thumbnail_icon(path: str) -> int:
    """Return the icon that shows an image file; 0 where Blender cannot make one."""
    import bpy.utils.previews

    if _Kept.previews is None:
        _Kept.previews = bpy.utils.previews.new()
    if path != _Kept.path:
        _Kept.previews.clear()
        _Kept.previews.load(path, path, "IMAGE")
        _Kept.path = path
    return int(_Kept.previews[path].icon_id)


def forget_thumbnail() -> None:
    """Give the picture back."""
    if _Kept.previews is not None:
        bpy.utils.previews.remove(_Kept.previews)
    _Kept.previews, _Kept.path = None, ""
