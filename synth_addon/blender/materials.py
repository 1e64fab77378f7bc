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


def new_material(name: str) -> bpy.types.Material:
    """Return a material with Blender's own nodes.

    Those of a spec stand in the material itself, too, so that nothing is left behind when it is
    removed.
    """
    material = bpy.data.materials.new(name)
    use_nodes(material)
    return material


def paint_material(
    material: bpy.types.Material,
    graph: ShaderGraph,
    spec: MaterialSpec,
    images: ImageLibrary,
    placement: Placement = ON_UVS,
) -> None:
    """Make a Principled BSDF as `spec` says; `graph` adds the nodes to those of `new_material`."""
    material.diffuse_color = (*spec.base_color, 1.0)  # what Workbench shows
    principled = graph.tree.nodes["Principled BSDF"]
    graph.feed(principled.inputs["Base Color"], spec.base_color)
    graph.feed(principled.inputs["Metallic"], spec.metallic)
    graph.feed(principled.inputs["Roughness"], spec.roughness)
    graph.feed(principled.inputs["Transmission Weight"], spec.transmission)
    graph.feed(principled.inputs["IOR"], spec.ior)
    if spec.emission_strength:
        graph.feed(principled.inputs["Emission Color"], spec.base_color)
        graph.feed(principled.inputs["Emission Strength"], spec.emission_strength)
    if spec.texture is not None:
        laid = ON_UVS if spec.texture.unwrapped else placement
        coordinates = add_coordinates(graph, laid)
        connect_texture(material, graph, principled, spec.texture, coordinates, images)
    elif spec.procedural is not None:
        coordinates = add_coordinates(graph, placement)
        connect_pattern(graph, principled, spec, spec.procedural, coordinates)
