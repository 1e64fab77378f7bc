"""Where on a surface a pattern lies: coordinates in metres, in space and along the surface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .shader_graph import Output, ShaderGraph, Value

Projection = Literal["uv", "box"]


@dataclass(frozen=True)
class Placement:
    """How coordinates are found on one object.

    Attributes:
        projection: ``uv`` where the mesh has texture coordinates in metres, ``box`` where not: then
            every point takes the two axes of the object's frame that its normal is nearest to.
        scale: the object's uniform scale, so that patterns keep their size in metres.
    """

    projection: Projection = "uv"
    scale: float = 1.0


@dataclass(frozen=True, eq=False)
class Coordinates:
    """Outputs in one node tree.

    Attributes:
        solid: the point in the object's frame, metres.
        plane: the point along the surface, metres, z is 0.
        tangents: object-frame directions in which the plane's x and y grow, for box projection.
        normal: the surface's normal in the object's frame.
    """

    solid: Output
    plane: Output
    tangents: tuple[Output, Output] | None
    normal: Output


def add_coordinates(graph: ShaderGraph, placement: Placement) -> Coordinates:
    """Add the nodes that find coordinates."""
    source = graph.node("ShaderNodeTexCoord")
    normal = source.output("Normal")
    solid = graph.vector("MULTIPLY", source.output("Object"), placement.scale)
    if placement.projection == "uv":
        plane = graph.vector("MULTIPLY", source.output("UV"), placement.scale)
        return Coordinates(solid, plane, None, normal)
    plane, tangents = _box(graph, solid, normal)
    return Coordinates(solid, plane, tangents, normal)


def _box(graph: ShaderGraph, point: Output, normal: Output) -> tuple[Output, tuple[Output, Output]]:
    """Project along the axis nearest to the normal; x is turned so that images are not mirrored."""
    x, y, z = graph.separate(graph.vector("ABSOLUTE", normal))
    along_z = graph.math("GREATER_THAN", z, graph.math("MAXIMUM", x, y))
    along_x = graph.math("GREATER_THAN", x, y)

    def by_axis(for_x: Value, for_y: Value, for_z: Value) -> Output:
        return graph.mix_vectors(along_z, graph.mix_vectors(along_x, for_y, for_x), for_z)

    first = by_axis((0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (1.0, 0.0, 0.0))
    second = by_axis((0.0, 0.0, 1.0), (0.0, 0.0, 1.0), (0.0, 1.0, 0.0))
    facing = graph.vector("DOT_PRODUCT", graph.vector("CROSS_PRODUCT", first, second), normal)
    first = graph.vector("MULTIPLY", first, graph.math("SIGN", facing))
    plane = graph.combine(
        graph.vector("DOT_PRODUCT", point, first), graph.vector("DOT_PRODUCT", point, second)
    )
    return plane, (first, second)
