"""Changes copies of the materials that a file brought."""

from __future__ import annotations

import bpy

from ..core.material_spec import AdjustSpec
from .shader_graph import ShaderGraph, Socket


def adjusted_material(original: bpy.types.Material, spec: AdjustSpec) -> bpy.types.Material:
    """Return a changed copy of a material; images and node groups stay shared with the original.

    Only Principled BSDFs and images that stand in the material's own tree are changed.
    """
    material = original.copy()
    if material.node_tree is None:
        return material
    graph = ShaderGraph(material.node_tree)
    nodes = list(graph.tree.nodes)
    for node in nodes:
        if node.type == "BSDF_PRINCIPLED":
            _adjust_principled(graph, node, spec)
    if spec.texture_scale != 1.0 or spec.texture_rotation:
        for node in nodes:
            if node.type == "TEX_IMAGE":
                _move_image(graph, node, spec)
            elif node.type == "NORMAL_MAP":
                _turn_normals(graph, node, spec.texture_rotation)
    return material


def _adjust_principled(graph: ShaderGraph, node: bpy.types.Node, spec: AdjustSpec) -> None:
    color = node.inputs["Base Color"]
    if (spec.hue_shift, spec.saturation_factor, spec.value_factor) != (0.0, 1.0, 1.0):
        shift = graph.node(
            "ShaderNodeHueSaturation",
            {
                "Hue": 0.5 + spec.hue_shift,
                "Saturation": spec.saturation_factor,
                "Value": spec.value_factor,
                "Color": _given(color),
            },
        )
        graph.feed(color, shift.outputs[0])
    for name, offset, value in (
        ("Roughness", spec.roughness_offset, spec.roughness),
        ("Metallic", spec.metallic_offset, spec.metallic),
        ("Specular IOR Level", spec.specular_offset, spec.specular),
    ):
        socket = node.inputs[name]
        if value is not None:
            for link in list(socket.links):
                graph.tree.links.remove(link)
            socket.default_value = value
        if offset:
            graph.feed(socket, graph.math("ADD", _given(socket), offset, clamp=True))


def _given(socket: Socket) -> Socket | float | tuple[float, ...]:
    """Return what an input gets now: another node's output, or its value."""
    if socket.is_linked:
        return socket.links[0].from_socket
    value = socket.default_value
    return value if isinstance(value, float) else tuple(value)


def _move_image(graph: ShaderGraph, node: bpy.types.Node, spec: AdjustSpec) -> None:
    place = node.inputs["Vector"]
    source = _given(place) if place.is_linked else graph.node("ShaderNodeTexCoord").outputs["UV"]
    turned = graph.rotated(source, (0.0, 0.0, -spec.texture_rotation))
    graph.feed(place, graph.vector("MULTIPLY", turned, 1 / spec.texture_scale))


def _turn_normals(graph: ShaderGraph, node: bpy.types.Node, angle: float) -> None:
    """Turn the vectors of a normal map with its image."""
    color = node.inputs["Color"]
    if not color.is_linked:
        return
    centered = graph.vector("SUBTRACT", color.links[0].from_socket, (0.5, 0.5, 0.5))
    turned = graph.rotated(centered, (0.0, 0.0, angle))
    graph.feed(color, graph.vector("ADD", turned, (0.5, 0.5, 0.5)))
