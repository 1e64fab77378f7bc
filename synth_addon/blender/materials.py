"""Plans materials from specs."""

from __future__ import annotations

from functools import lru_cache

from ..core.material_spec import MaterialSpec
from .image_textures import connect_texture
from .procedural_materials.catalog import connect_pattern
from .shader_graph import ShaderGraph, TreePlan
from .texture_coordinates import Placement, add_coordinates

ON_UVS = Placement()
PRINCIPLED = "Principled BSDF"
OUTPUT = "Material Output"
_PLANS_KEPT = 1024


@lru_cache(_PLANS_KEPT)
def material_plan(
    spec: MaterialSpec, placement: Placement = ON_UVS, aspect: float = 1.0
) -> TreePlan:
    """Return what is added to Blender's own two nodes of a new material; any thread may ask.

    Plans are kept until others have come, so that one thread may ask ahead of another.

    Args:
        aspect: width over height of the images of its texture.
    """
    graph = ShaderGraph()
    principled = graph.present(PRINCIPLED)
    graph.feed(principled, "Base Color", spec.base_color)
    graph.feed(principled, "Metallic", spec.metallic)
    graph.feed(principled, "Roughness", spec.roughness)
    graph.feed(principled, "Transmission Weight", spec.transmission)
    graph.feed(principled, "IOR", spec.ior)
    if spec.emission_strength:
        graph.feed(principled, "Emission Color", spec.base_color)
        graph.feed(principled, "Emission Strength", spec.emission_strength)
    output = graph.present(OUTPUT)
    if spec.texture is not None:
        laid = ON_UVS if spec.texture.unwrapped else placement
        coordinates = add_coordinates(graph, laid)
        connect_texture(graph, principled, output, spec.texture, coordinates, aspect)
    elif spec.procedural is not None:
        coordinates = add_coordinates(graph, placement)
        connect_pattern(graph, principled, output, spec, spec.procedural, coordinates)
    return graph.plan
