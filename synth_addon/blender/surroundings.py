"""Places the camera as a settled view says."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix

from ..core.camera import Intrinsics
from ..core.scene_spec import SettledView
from ..core.transforms import BLENDER_FROM_OPENCV_CAMERA


def place_camera(
    scene: bpy.types.Scene, item: bpy.types.Object, camera: bpy.types.Camera, view: SettledView
) -> None:
    """Give the camera object `item` a view's pose, and its data lens and image size."""
    pose = np.asarray(view.world_from_camera) @ BLENDER_FROM_OPENCV_CAMERA
    item.matrix_world = Matrix(pose.tolist())
    camera.clip_start, camera.clip_end = view.clip_start, view.clip_end
    _set_intrinsics(scene.render, camera, view.intrinsics)


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
