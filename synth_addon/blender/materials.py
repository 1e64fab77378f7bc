"""Builds Principled materials from specs."""

from __future__ import annotations

import bpy

from ..core.scene_spec import MaterialSpec, TextureSpec
from .images import ImageLibrary
from .versions import use_nodes


def build_material(name: str, spec: MaterialSpec, images: ImageLibrary) -> bpy.types.Material:
    """Return a new material with a Principled BSDF as `spec` says."""
    material = bpy.data.materials.new(name)
    tree = use_nodes(material)
    material.diffuse_color = (*spec.base_color, 1.0)  # what Workbench shows
    principled = tree.nodes["Principled BSDF"]
    principled.inputs["Base Color"].default_value = (*spec.base_color, 1.0)
    principled.inputs["Metallic"].default_value = spec.metallic
    principled.inputs["Roughness"].default_value = spec.roughness
    principled.inputs["Transmission Weight"].default_value = spec.transmission
    principled.inputs["IOR"].default_value = spec.ior
    if spec.emission_strength:
        principled.inputs["Emission Color"].default_value = (*spec.base_color, 1.0)
        principled.inputs["Emission Strength"].default_value = spec.emission_strength
    if spec.texture is not None:
        _connect_texture(tree, principled, spec.texture, images)
    return material


def _connect_texture(
    tree: bpy.types.NodeTree,
    principled: bpy.types.Node,
    texture: TextureSpec,
    images: ImageLibrary,
) -> None:
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    mapping = tree.nodes.new("ShaderNodeMapping")
    mapping.inputs["Scale"].default_value = (1 / texture.size_m,) * 3
    tree.links.new(coordinates.outputs["UV"], mapping.inputs["Vector"])

    def image_output(file: str, *, is_data: bool) -> bpy.types.NodeSocket:
        node = tree.nodes.new("ShaderNodeTexImage")
        node.image = images.load(file, is_data=is_data)
        tree.links.new(mapping.outputs["Vector"], node.inputs["Vector"])
        return node.outputs["Color"]

    tree.links.new(image_output(texture.color, is_data=False), principled.inputs["Base Color"])
    for file, name in ((texture.roughness, "Roughness"), (texture.metalness, "Metallic")):
        if file is not None:
            tree.links.new(image_output(file, is_data=True), principled.inputs[name])
    if texture.normal is not None:
        bend = tree.nodes.new("ShaderNodeNormalMap")
        tree.links.new(image_output(texture.normal, is_data=True), bend.inputs["Color"])
        tree.links.new(bend.outputs["Normal"], principled.inputs["Normal"])
