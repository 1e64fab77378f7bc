"""Builds lamps, the world and the camera from specs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import bpy
import numpy as np
from mathutils import Matrix, Quaternion, Vector

from ..core.camera import Intrinsics
from ..core.scene_spec import EnvironmentSpec, LightSpec, SettledView
from ..core.transforms import BLENDER_FROM_OPENCV_CAMERA
from .images import ImageLibrary
from .versions import use_nodes

_LIGHT_TYPES: Mapping[str, Literal["POINT", "AREA", "SUN", "SPOT"]] = {
    "point": "POINT",
    "area": "AREA",
    "sun": "SUN",
    "spot": "SPOT",
}


def build_light(name: str, spec: LightSpec) -> tuple[bpy.types.Object, bpy.types.Light]:
    """Return a new lamp object and its data."""
    light = bpy.data.lights.new(name, _LIGHT_TYPES[spec.kind])
    light.energy = spec.energy
    light.color = spec.color
    if spec.kind == "area":
        light.size = max(spec.size_m, 1e-3)
    elif spec.kind == "sun":
        light.angle = spec.angle
    else:
        light.shadow_soft_size = spec.size_m
    if spec.kind == "spot":
        light.spot_size = spec.angle
    lamp = bpy.data.objects.new(name, light)
    direction = Vector(spec.target) - Vector(spec.position)
    rotation = direction.to_track_quat("-Z", "Y") if direction.length else Quaternion()
    lamp.matrix_world = Matrix.Translation(spec.position) @ rotation.to_matrix().to_4x4()
    return lamp, light


def build_world(name: str, spec: EnvironmentSpec, images: ImageLibrary) -> bpy.types.World:
    """Return a new world with an even colour or an equirectangular image."""
    world = bpy.data.worlds.new(name)
    tree = use_nodes(world)
    background = tree.nodes["Background"]
    background.inputs["Color"].default_value = (*spec.color, 1.0)
    background.inputs["Strength"].default_value = spec.strength
    if spec.kind == "hdri" and spec.file is not None:
        image = tree.nodes.new("ShaderNodeTexEnvironment")
        image.image = images.load(spec.file, is_data=False)
        mapping = tree.nodes.new("ShaderNodeMapping")
        mapping.inputs["Rotation"].default_value = (0.0, 0.0, spec.rotation)
        coordinates = tree.nodes.new("ShaderNodeTexCoord")
        tree.links.new(coordinates.outputs["Generated"], mapping.inputs["Vector"])
        tree.links.new(mapping.outputs["Vector"], image.inputs["Vector"])
        tree.links.new(image.outputs["Color"], background.inputs["Color"])
    return world


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
