"""Gives Blender's camera the pose, lens and focus of a view."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix

from ..core.camera import Intrinsics
from ..core.scene_spec import LensBlurSpec, SettledView
from ..core.transforms import BLENDER_FROM_OPENCV_CAMERA


def place_camera(
    scene: bpy.types.Scene, item: bpy.types.Object, camera: bpy.types.Camera, view: SettledView
) -> None:
    """Give the camera object `item` a view's pose, and its data lens and image size."""
    pose = np.asarray(view.world_from_camera) @ BLENDER_FROM_OPENCV_CAMERA
    item.matrix_world = Matrix(pose.tolist())
    camera.clip_start, camera.clip_end = view.clip_start, view.clip_end
    _set_intrinsics(scene.render, camera, view.intrinsics)
    _set_focus(camera, view.lens_blur)


def _set_intrinsics(
    render: bpy.types.RenderSettings, camera: bpy.types.Camera, intrinsics: Intrinsics
) -> None:
    """Blender measures shift in image widths for a horizontal sensor fit, y upward."""
    aspect = intrinsics.fx / intrinsics.fy
    render.resolution_x, render.resolution_y = intrinsics.width, intrinsics.height
    render.resolution_percentage = 100
    render.pixel_aspect_x = max(1.0, 1.0 / aspect)
    render.pixel_aspect_y = max(1.0, aspect)
    camera.sensor_fit = "HORIZONTAL"
    camera.lens_unit = "MILLIMETERS"
    camera.lens = intrinsics.fx / intrinsics.width * camera.sensor_width
    camera.shift_x = (intrinsics.width / 2 - intrinsics.cx) / intrinsics.width
    camera.shift_y = (intrinsics.cy - intrinsics.height / 2) * aspect / intrinsics.width


def _set_focus(camera: bpy.types.Camera, blur: LensBlurSpec | None) -> None:
    """Blender's focal plane is flat and perpendicular to the optical axis, like `blur.focus`.

    Blender's lens is that for its own sensor, so an f-stop in the same proportion gives the
    aperture its true diameter.
    """
    camera.dof.use_dof = blur is not None
    if blur is not None:
        camera.dof.focus_distance = blur.focus
        camera.dof.aperture_fstop = blur.f_stop * camera.sensor_width / blur.sensor_width_mm
        camera.dof.aperture_blades = blur.blades if blur.blades >= 3 else 0
