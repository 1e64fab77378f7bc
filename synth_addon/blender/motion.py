"""Moves camera and objects while the shutter is open, and leaves no animation behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import bpy

from ..core.scene_spec import MotionSpec, Vector


@contextmanager
def moving(scene: bpy.types.Scene, steps: Mapping[bpy.types.Object, Vector]) -> Iterator[None]:
    """Let each object move by its step in metres while the shutter is open, around where it is.

    The shutter is open for one frame, half of it before the current one. Expressions of the frame
    alone move the objects: they are evaluated without Python, need no action or key, and are the
    same in all versions of Blender.
    """
    render = scene.render
    render.use_motion_blur = True
    render.motion_blur_shutter, render.motion_blur_position = 1.0, "CENTER"
    places = {item: item.location.copy() for item in steps}
    try:
        for item, step in steps.items():
            _drive(item, step, scene.frame_current)
        yield
    finally:
        render.use_motion_blur = False
        for item, place in places.items():
            item.animation_data_clear()
            item.location = place


def steps_of(
    motion: MotionSpec, camera: bpy.types.Object, objects: tuple[bpy.types.Object, ...]
) -> dict[bpy.types.Object, Vector]:
    """Return how far each thing that moves does so while the shutter is open."""
    steps = {camera: motion.camera, **dict(zip(objects, motion.objects, strict=True))}
    return {item: step for item, step in steps.items() if any(step)}


def _drive(item: bpy.types.Object, step: Vector, frame: int) -> None:
    """Let an object move by `step` from half a frame before `frame` to half a frame after it."""
    for axis, length in enumerate(step):
        driver = item.driver_add("location", axis).driver
        driver.type = "SCRIPTED"
        driver.expression = f"{float(item.location[axis])!r} + {length!r} * (frame - {frame})"
