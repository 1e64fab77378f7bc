"""Keeps the drawing registered exactly while the overlay of some scene is on."""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent

from ..properties.overlay import Drawing, has_overlay, has_tints
from .drawing import draw_labels, draw_lines, forget_batches
from .tints import draw_tints, follow_meshes, forget_tints, stop_following_meshes

_SPACE = bpy.types.SpaceView3D
_EVENTS = ("load_post", "undo_post", "redo_post")


class _Drawn:
    """Handles that Blender gave for what it draws; empty while no overlay is on."""

    handles: tuple[object, ...] = ()


def is_drawing() -> bool:
    """Return whether anything is registered to be drawn."""
    return bool(_Drawn.handles)


def match_scenes() -> None:
    """Register the drawing if the overlay of any scene is on, else remove it."""
    wanted = _is_wanted()
    if wanted and not _Drawn.handles:
        _Drawn.handles = (
            _SPACE.draw_handler_add(_draw_lines, (), "WINDOW", "POST_VIEW"),
            _SPACE.draw_handler_add(_draw_labels, (), "WINDOW", "POST_PIXEL"),
        )
        follow_meshes()
    elif not wanted and _Drawn.handles:
        _remove()


def match_scenes_soon() -> None:
    """Do it once Blender is no longer drawing, which must not change what is drawn."""
    if not bpy.app.timers.is_registered(match_scenes):
        bpy.app.timers.register(match_scenes, first_interval=0)


def follow_scenes() -> None:
    """Keep the drawing up to date from now on."""
    Drawing.follow = match_scenes
    for event in _EVENTS:
        getattr(bpy.app.handlers, event).append(_after)
    match_scenes_soon()  # while extensions are enabled, scenes may not be looked at yet


def stop_following() -> None:
    """Undo `follow_scenes`, and remove the drawing."""
    if bpy.app.timers.is_registered(match_scenes):
        bpy.app.timers.unregister(match_scenes)
    for event in _EVENTS:
        getattr(bpy.app.handlers, event).remove(_after)
    Drawing.follow = None
    if _Drawn.handles:
        _remove()


@persistent
def _after(*_: object) -> None:
    forget_tints()
    match_scenes()


def _remove() -> None:
    for handle in _Drawn.handles:
        _SPACE.draw_handler_remove(handle, "WINDOW")
    _Drawn.handles = ()
    stop_following_meshes()
    forget_batches()


def _draw_lines() -> None:
    context = bpy.context
    if not context.space_data.overlay.show_overlays:
        return
    if has_tints(context.scene):
        draw_tints(context)
    if has_overlay(context.scene):
        draw_lines(context.scene)
    elif not _is_wanted():  # a deleted scene's overlay ends here
        match_scenes_soon()


def _draw_labels() -> None:
    context = bpy.context
    if has_overlay(context.scene) and context.space_data.overlay.show_overlays:
        draw_labels(context)


def _is_wanted() -> bool:
    """Return whether anything is to be drawn of any scene."""
    return any(has_overlay(scene) or has_tints(scene) for scene in bpy.data.scenes)
