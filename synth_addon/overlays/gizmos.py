"""Arrows in the 3D viewport that drag the limits of camera and start box."""

from __future__ import annotations

from typing import Any

import bpy

from ..translations.translating import CONTEXT, translated
from .drawing import COLORS
from .handlers import is_drawing, match_scenes_soon
from .handles import (
    HANDLES,
    are_handles_shown,
    dragged_value,
    handle_grips,
    handle_value,
    is_usable,
    set_handle_value,
)

_SIZE = 0.22
_FINE = 0.1
"""Share of the pointer's way that counts while Shift is held."""


class SYNTH_GT_handle(bpy.types.Gizmo):
    """An arrow that moves along one line; a step of undo is pushed when it is let go."""

    bl_idname = "SYNTH_GT_handle"

    __slots__ = ("before", "cone", "grabbed", "handle", "pressed")

    def setup(self) -> None:
        from ..core.overlay_handles import arrow_triangles

        if not hasattr(self, "cone"):
            self.cone = self.new_custom_shape("TRIS", arrow_triangles())

    def draw(self, context: bpy.types.Context) -> None:
        self.draw_custom_shape(self.cone)

    def draw_select(self, context: bpy.types.Context, select_id: int) -> None:
        self.draw_custom_shape(self.cone, select_id=select_id)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        from bpy_extras.view3d_utils import location_3d_to_region_2d

        self.before = handle_value(context.scene, self.handle)
        self.pressed = event.mouse_region_x, event.mouse_region_y
        grip = handle_grips(context.scene)[self.handle.grip]
        place = location_3d_to_region_2d(context.region, context.region_data, grip.point)
        self.grabbed = self.pressed if place is None else tuple(place)
        return {"RUNNING_MODAL"}

    def modal(
        self, context: bpy.types.Context, event: bpy.types.Event, tweak: set[str]
    ) -> set[str]:
        if event.type != "MOUSEMOVE":
            return {"RUNNING_MODAL"}
        share = _FINE if "PRECISE" in tweak else 1.0
        way = event.mouse_region_x - self.pressed[0], event.mouse_region_y - self.pressed[1]
        pixel = self.grabbed[0] + share * way[0], self.grabbed[1] + share * way[1]
        grip = handle_grips(context.scene)[self.handle.grip]
        step = grip.step(*_ray(context, pixel))
        value = handle_value(context.scene, self.handle)
        moved = dragged_value(value, self.handle, step, snaps="SNAP" in tweak)
        set_handle_value(context.scene, self.handle, moved)
        shown = handle_value(context.scene, self.handle)
        label = translated(self.handle.label)
        context.area.header_text_set(f"{label}: {shown:.3f} {self.handle.unit}")
        return {"RUNNING_MODAL"}

    def exit(self, context: bpy.types.Context, cancel: bool) -> None:
        context.area.header_text_set(None)
        if cancel:
            set_handle_value(context.scene, self.handle, self.before)
        elif handle_value(context.scene, self.handle) != self.before:
            # Blender pushes for its own gizmos alone: Python cannot set their flag
            bpy.ops.ed.undo_push(
                message=translated("Drag {handle}", handle=translated(self.handle.label))
            )


class SYNTH_GGT_ranges(bpy.types.GizmoGroup):
    """All handles of the scene that is shown."""

    bl_idname = "SYNTH_GGT_ranges"
    bl_label = "Synth Ranges"
    bl_translation_context = CONTEXT
    bl_space_type = "VIEW_3D"
    bl_region_type = "WINDOW"
    bl_options = {"3D", "PERSISTENT", "SHOW_MODAL_ALL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not are_handles_shown(context.scene):
            return False
        if not is_drawing():  # a scene that came with its overlay on, as from another file
            match_scenes_soon()
        return True

    def setup(self, context: bpy.types.Context) -> None:
        for handle in HANDLES:
            gizmo: Any = self.gizmos.new(SYNTH_GT_handle.bl_idname)
            gizmo.handle = handle
            gizmo.color = COLORS[handle.kind][:3]
            gizmo.color_highlight = 1.0, 1.0, 1.0
            gizmo.alpha, gizmo.alpha_highlight = 0.8, 1.0
            gizmo.scale_basis = _SIZE
            gizmo.use_draw_modal = True

    def draw_prepare(self, context: bpy.types.Context) -> None:
        grips = handle_grips(context.scene)
        for gizmo in self.gizmos:
            grip = grips.get(gizmo.handle.grip)
            gizmo.hide = grip is None or not is_usable(context.scene, gizmo.handle)
            if not gizmo.hide:
                gizmo.matrix_basis = _matrix(grip)


def _matrix(grip: Any) -> Any:
    """Return the arrow's pose (4, 4), its z axis away from the range."""
    from mathutils import Matrix, Vector

    turn = Vector(grip.arrow).to_track_quat("Z", "Y").to_matrix().to_4x4()
    return Matrix.Translation(grip.point) @ turn


def _ray(context: bpy.types.Context, pixel: Any) -> tuple[Any, Any]:
    """Return origin (3,) and direction (3,) of what a pixel of the region shows."""
    from bpy_extras.view3d_utils import region_2d_to_origin_3d, region_2d_to_vector_3d

    view = context.region, context.region_data, pixel
    return region_2d_to_origin_3d(*view), region_2d_to_vector_3d(*view)
