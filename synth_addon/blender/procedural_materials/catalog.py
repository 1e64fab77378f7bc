"""All procedural patterns, by the kind in their spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...core.material_spec import MaterialSpec, ProceduralKind, ProceduralSpec
from ..shader_graph import Node, ShaderGraph
from ..texture_coordinates import Coordinates
from .canvas import Canvas
from .masonry import connect_brick, connect_tile
from .smooth import connect_ceramic, connect_metal, connect_plastic
from .stone import connect_concrete, connect_marble
from .textile import connect_carpet, connect_fabric
from .unreal import connect_checker, connect_flat, connect_noise
from .wood import connect_wood

_PATTERNS: Mapping[ProceduralKind, Callable[[Canvas], None]] = {
    "wood": connect_wood,
    "marble": connect_marble,
    "brick": connect_brick,
    "tile": connect_tile,
    "carpet": connect_carpet,
    "concrete": connect_concrete,
    "fabric": connect_fabric,
    "metal": connect_metal,
    "plastic": connect_plastic,
    "ceramic": connect_ceramic,
    "flat": connect_flat,
    "noise": connect_noise,
    "checker": connect_checker,
}


def connect_pattern(
    graph: ShaderGraph,
    principled: Node,
    output: Node,
    material: MaterialSpec,
    spec: ProceduralSpec,
    coordinates: Coordinates,
) -> None:
    """Connect the pattern's colour, roughness and relief to the nodes that every material has."""
    _PATTERNS[spec.kind](Canvas(graph, principled, output, spec, material, coordinates))
