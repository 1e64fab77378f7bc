"""Builds materials from specs."""

from __future__ import annotations

import bpy

from ..core.material_spec import MaterialSpec
from .image_textures import connect_texture
from .images import ImageLibrary
from .procedural_materials.catalog import connect_pattern
from .shader_graph import ShaderGraph
from .texture_coordinates import Placement, add_coordinates
from .versions import use_nodes

ON_UVS = Placement()


def build_material(
    name: str, spec: MaterialSpec, images: ImageLibrary, placement: Placement = ON_UVS
) -> bpy.types.Material:
    """Return a new material with a Principled BSDF as `spec` says.

    Its nodes stand in the material itself, so that nothing is left behind when it is removed.
    """
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
    graph = ShaderGraph(tree)
    if spec.texture is not None:
        laid = ON_UVS if spec.texture.unwrapped else placement
        coordinates = add_coordinates(graph, laid)
        connect_texture(material, principled, spec.texture, coordinates, images)
    elif spec.procedural is not None:
        coordinates = add_coordinates(graph, placement)
        connect_pattern(graph, principled, spec, spec.procedural, coordinates)
    return material
