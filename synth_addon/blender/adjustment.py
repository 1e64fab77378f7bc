"""Changes copies of the materials that a file brought."""

from __future__ import annotations

import bpy

from ..core.material_spec import AdjustSpec
from .drawn_tree import DrawnTree
from .images import ImageLibrary
from .shader_graph import ShaderGraph, Value


def adjusted_material(
    original: bpy.types.Material, spec: AdjustSpec, images: ImageLibrary
) -> bpy.types.Material:
    """Return a changed copy of a material; images and node groups stay shared with the original.

    Only Principled BSDFs and images that stand in the material's own tree are changed.
    """
    material = original.copy()
    if material.node_tree is None:
        return material
    graph = ShaderGraph()
    nodes = list(material.node_tree.nodes)
    for node in nodes:
        if node.type == "BSDF_PRINCIPLED":
            _adjust_principled(graph, node, spec)
    if spec.texture_scale != 1.0 or spec.texture_rotation:
        for node in nodes:
            if node.type == "TEX_IMAGE":
                _move_image(graph, node, spec)
            elif node.type == "NORMAL_MAP":
                _turn_normals(graph, node, spec.texture_rotation)
    DrawnTree(material.node_tree, graph.plan, images)
    return material


def _adjust_principled(graph: ShaderGraph, node: bpy.types.Node, spec: AdjustSpec) -> None:
    principled = graph.present(node.name)
    if (spec.hue_shift, spec.saturation_factor, spec.value_factor) != (0.0, 1.0, 1.0):
        shift = graph.node(
            "ShaderNodeHueSaturation",
            {
                "Hue": 0.5 + spec.hue_shift,
                "Saturation": spec.saturation_factor,
                "Value": spec.value_factor,
                "Color": _given(graph, node.inputs["Base Color"]),
            },
        )
        graph.feed(principled, "Base Color", shift.output(0))
    for name, offset, replacement in (
        ("Roughness", spec.roughness_offset, spec.roughness),
        ("Metallic", spec.metallic_offset, spec.metallic),
        ("Specular IOR Level", spec.specular_offset, spec.specular),
    ):
        value = _given(graph, node.inputs[name]) if replacement is None else replacement
        if offset:
            value = graph.math("ADD", value, offset, clamp=True)
        if offset or replacement is not None:
            graph.feed(principled, name, value)


def _given(graph: ShaderGraph, socket: bpy.types.NodeSocket) -> Value:
    """Return what an input of the material gets: another node's output, or its value."""
    if socket.is_linked:
        source = socket.links[0].from_socket
        number = list(source.node.outputs).index(source)
        return graph.present(source.node.name).output(number)
    value = socket.default_value
    return value if isinstance(value, float) else tuple(value)


def _move_image(graph: ShaderGraph, node: bpy.types.Node, spec: AdjustSpec) -> None:
    place = node.inputs["Vector"]
    linked = place.is_linked
    source = _given(graph, place) if linked else graph.node("ShaderNodeTexCoord").output("UV")
    turned = graph.rotated(source, (0.0, 0.0, -spec.texture_rotation))
    moved = graph.vector("MULTIPLY", turned, 1 / spec.texture_scale)
    graph.feed(graph.present(node.name), "Vector", moved)


def _turn_normals(graph: ShaderGraph, node: bpy.types.Node, angle: float) -> None:
    """Turn the vectors of a normal map with its image."""
    color = node.inputs["Color"]
    if not color.is_linked:
        return
    centered = graph.vector("SUBTRACT", _given(graph, color), (0.5, 0.5, 0.5))
    turned = graph.rotated(centered, (0.0, 0.0, angle))
    graph.feed(graph.present(node.name), "Color", graph.vector("ADD", turned, (0.5, 0.5, 0.5)))
