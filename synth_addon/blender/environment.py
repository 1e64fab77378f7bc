"""Builds the world: the light from all around, and what the camera sees in its place."""

from __future__ import annotations

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.environment_images import WIDTH_PX, environment_image
from ..core.light_spec import BackdropSpec, EnvironmentSpec, SkySpec
from .datablocks import Datablocks
from .images import ImageLibrary
from .versions import set_physical_sky, use_nodes


def build_world(
    name: str, spec: EnvironmentSpec, images: ImageLibrary, content: Datablocks, aspect: float
) -> bpy.types.World:
    """Return a new world.

    Args:
        content: takes charge of the world and of pictures that are made for it.
        aspect: width over height of the pictures that a photo as backdrop must cover.
    """
    world = content.own(bpy.data.worlds.new(name))
    tree = use_nodes(world)
    background = tree.nodes["Background"]
    background.inputs["Color"].default_value = (*spec.color, 1.0)
    background.inputs["Strength"].default_value = spec.strength
    shader = background.outputs["Background"]
    if spec.kind not in ("hdri", "sky"):
        _sample_coarsely(world)
    pixels = environment_image(spec)
    if spec.file is not None:
        _connect_image(tree, images.load(spec.file, is_data=False), spec.rotation)
    elif pixels is not None:
        image = content.own(_generated_image(f"{name} image", pixels))
        _connect_image(tree, image, spec.rotation)
    elif spec.sky is not None:
        shader = _add_sky(tree, spec.sky, spec)
    if spec.backdrop is not None:
        shader = _behind_camera_rays(tree, shader, spec.backdrop, images, aspect)
    tree.links.new(shader, tree.nodes["World Output"].inputs["Surface"])
    return world


def _sample_coarsely(world: bpy.types.World) -> None:
    """Let Cycles search for bright places on a grid as fine as computed images are.

    By itself it takes a far finer grid, which was measured to cost a second of work a scene.
    """
    world.cycles.sampling_method = "MANUAL"
    world.cycles.sample_map_resolution = WIDTH_PX


def _connect_image(tree: bpy.types.NodeTree, image: bpy.types.Image, rotation: float) -> None:
    texture = tree.nodes.new("ShaderNodeTexEnvironment")
    texture.image = image
    mapping = tree.nodes.new("ShaderNodeMapping")
    mapping.inputs["Rotation"].default_value = (0.0, 0.0, rotation)
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    tree.links.new(coordinates.outputs["Generated"], mapping.inputs["Vector"])
    tree.links.new(mapping.outputs["Vector"], texture.inputs["Vector"])
    tree.links.new(texture.outputs["Color"], tree.nodes["Background"].inputs["Color"])


def _generated_image(name: str, pixels: NDArray[np.float32]) -> bpy.types.Image:
    """Return a new linear image; Blender's rows begin at the bottom."""
    height, width = pixels.shape[:2]
    image = bpy.data.images.new(name, width, height, float_buffer=True)
    opaque = np.ones((height, width, 4), np.float32)
    opaque[..., :3] = pixels[::-1]
    image.pixels.foreach_set(opaque.ravel())
    image.update()
    return image


def _add_sky(tree: bpy.types.NodeTree, sky: SkySpec, spec: EnvironmentSpec) -> bpy.types.NodeSocket:
    """Connect the sky, with an even ground below the horizon; return the mix of both."""
    background = tree.nodes["Background"]
    texture = tree.nodes.new("ShaderNodeTexSky")
    set_physical_sky(texture, sky.air, sky.dust)
    texture.sun_disc = sky.sun_intensity > 0
    texture.sun_elevation, texture.sun_rotation = sky.sun_elevation, spec.rotation
    texture.sun_size, texture.sun_intensity = sky.sun_size, sky.sun_intensity
    tree.links.new(texture.outputs["Color"], background.inputs["Color"])
    background.inputs["Strength"].default_value = sky.exposure * spec.strength
    ground = tree.nodes.new("ShaderNodeBackground")
    ground.inputs["Color"].default_value = (*sky.ground, 1.0)
    ground.inputs["Strength"].default_value = spec.strength
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(coordinates.outputs["Generated"], split.inputs["Vector"])
    below = tree.nodes.new("ShaderNodeMath")
    below.operation = "LESS_THAN"
    below.inputs[1].default_value = 0.0
    tree.links.new(split.outputs["Z"], below.inputs[0])
    return _mix(tree, below.outputs["Value"], background.outputs[0], ground.outputs[0])


def _behind_camera_rays(
    tree: bpy.types.NodeTree,
    shader: bpy.types.NodeSocket,
    backdrop: BackdropSpec,
    images: ImageLibrary,
    aspect: float,
) -> bpy.types.NodeSocket:
    """Return `shader` for all rays but the camera's own, which see the backdrop."""
    path = tree.nodes.new("ShaderNodeLightPath")
    seen = tree.nodes.new("ShaderNodeBackground")
    seen.inputs["Color"].default_value = (*backdrop.color, 1.0)
    if backdrop.file is not None:
        seen.inputs["Strength"].default_value = backdrop.strength
        photo = _covering_photo(tree, images.load(backdrop.file, is_data=False), aspect)
        tree.links.new(photo, seen.inputs["Color"])
    return _mix(tree, path.outputs["Is Camera Ray"], shader, seen.outputs["Background"])


def _covering_photo(
    tree: bpy.types.NodeTree, image: bpy.types.Image, aspect: float
) -> bpy.types.NodeSocket:
    """Return the colours of a photo that fills the picture, its longer side cut off evenly."""
    width, height = image.size
    image.buffers_free()  # which asking for the size has filled, and keeps for the whole job
    wider = aspect / (width / height)
    scale = (min(wider, 1.0), min(1 / wider, 1.0), 1.0)
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    mapping = tree.nodes.new("ShaderNodeMapping")
    mapping.inputs["Scale"].default_value = scale
    mapping.inputs["Location"].default_value = [(1 - factor) / 2 for factor in scale]
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image, texture.extension = image, "EXTEND"
    tree.links.new(coordinates.outputs["Window"], mapping.inputs["Vector"])
    tree.links.new(mapping.outputs["Vector"], texture.inputs["Vector"])
    return texture.outputs["Color"]


def _mix(
    tree: bpy.types.NodeTree,
    share: bpy.types.NodeSocket,
    first: bpy.types.NodeSocket,
    second: bpy.types.NodeSocket,
) -> bpy.types.NodeSocket:
    """Return `first` where `share` is 0 and `second` where it is 1."""
    mix = tree.nodes.new("ShaderNodeMixShader")
    tree.links.new(share, mix.inputs[0])
    tree.links.new(first, mix.inputs[1])
    tree.links.new(second, mix.inputs[2])
    return mix.outputs[0]
