"""Connects the images of a texture set to a Principled BSDF."""

from __future__ import annotations

from ..core.material_spec import TextureSpec
from .shader_graph import ImageFile, Node, Output, ShaderGraph
from .texture_coordinates import Coordinates


def connect_texture(
    graph: ShaderGraph,
    principled: Node,
    output: Node,
    texture: TextureSpec,
    coordinates: Coordinates,
    aspect: float,
) -> None:
    """Replace the inputs of a Principled BSDF that the texture set has maps for.

    Args:
        output: the material's.
        aspect: width over height of the images.
    """
    maps = _Maps(graph, texture, coordinates, aspect)
    values = _packed(graph, maps, texture)
    for name, file in (
        ("roughness", texture.roughness),
        ("metalness", texture.metalness),
        ("ambient_occlusion", texture.ambient_occlusion),
    ):
        if file is not None:
            values[name] = maps.data(file)
    color = maps.color(texture.color)
    if "ambient_occlusion" in values:
        color = graph.mix(1.0, color, values["ambient_occlusion"], "MULTIPLY")
    graph.feed(principled, "Base Color", color)
    for name, socket in (("roughness", "Roughness"), ("metalness", "Metallic")):
        if name in values:
            graph.feed(principled, socket, values[name])
    if texture.opacity is not None:
        graph.feed(principled, "Alpha", maps.data(texture.opacity))
    if texture.displacement is not None:
        _displace(graph, output, maps.data(texture.displacement), texture)
    elif texture.normal is not None:
        normal = _bent_normal(graph, maps.data(texture.normal), texture, coordinates)
        graph.feed(principled, "Normal", normal)


class _Maps:
    """Samples the images of one set at one place."""

    def __init__(
        self,
        graph: ShaderGraph,
        texture: TextureSpec,
        coordinates: Coordinates,
        aspect: float,
    ) -> None:
        self._graph = graph
        turned = graph.rotated(coordinates.plane, (0.0, 0.0, -texture.rotation))
        wide = 1.0 if texture.unwrapped else aspect
        size = (1 / texture.size_m, wide / texture.size_m, 1.0)
        self._place = graph.vector("MULTIPLY", turned, size)

    def color(self, file: str) -> Output:
        """Return the colour of an image that people look at."""
        return self._sample(file, is_data=False)

    def data(self, file: str) -> Output:
        """Return the values of an image that holds numbers."""
        return self._sample(file, is_data=True)

    def _sample(self, file: str, *, is_data: bool) -> Output:
        image = ImageFile(file, is_data)
        node = self._graph.node("ShaderNodeTexImage", {"Vector": self._place}, image=image)
        return node.output("Color")


def _packed(graph: ShaderGraph, maps: _Maps, texture: TextureSpec) -> dict[str, Output]:
    if texture.packed is None:
        return {}
    names = ("ambient_occlusion", "roughness", "metalness")
    return dict(zip(names, graph.separate(maps.data(texture.packed)), strict=True))


def _bent_normal(
    graph: ShaderGraph, color: Output, texture: TextureSpec, coordinates: Coordinates
) -> Output:
    """Return the world-frame normal that a tangent-space normal map states.

    The map's vectors turn with the image. Along texture coordinates Blender's own node knows the
    tangents; in box projection they are the axes that the image was laid along.
    """
    up = -2.0 if texture.normal_is_directx else 2.0
    vector = graph.vector("SUBTRACT", color, (0.5, 0.5, 0.5))
    vector = graph.vector("MULTIPLY", vector, (2.0, up, 2.0))
    vector = graph.rotated(vector, (0.0, 0.0, texture.rotation))
    if coordinates.tangents is None:
        half = graph.vector("MULTIPLY", vector, 0.5)
        encoded = graph.vector("ADD", half, (0.5, 0.5, 0.5))
        return graph.node("ShaderNodeNormalMap", {"Color": encoded}).output(0)
    parts = zip((*coordinates.tangents, coordinates.normal), graph.separate(vector), strict=True)
    x, y, z = (graph.vector("MULTIPLY", direction, amount) for direction, amount in parts)
    bent = graph.vector("ADD", graph.vector("ADD", x, y), z)
    settings = {"vector_type": "NORMAL", "convert_from": "OBJECT", "convert_to": "WORLD"}
    world = graph.node("ShaderNodeVectorTransform", {0: bent}, **settings).output(0)
    return graph.vector("NORMALIZE", world)


def _displace(graph: ShaderGraph, output: Node, height: Output, texture: TextureSpec) -> None:
    """Move the surface, or only its shading; white stays where the surface is."""
    node = graph.node(
        "ShaderNodeDisplacement",
        {"Height": height, "Midlevel": 1.0, "Scale": texture.displacement_m},
        space="WORLD",
    )
    graph.feed(output, "Displacement", node.output(0))
