"""Rows of bricks, tiles or planks."""

from __future__ import annotations

from dataclasses import dataclass

from ..shader_graph import Output, ShaderGraph
from .canvas import Canvas


@dataclass(frozen=True, eq=False)
class Units:
    """Outputs of a row pattern.

    Attributes:
        tint: a number in 0..1 of each unit's own; 0 in the joints.
        joint: 1 in the joints, 0 on the units.
    """

    tint: Output
    joint: Output


def add_units(
    graph: ShaderGraph, canvas: Canvas, point: Output, *, shift: float, smooth: float
) -> Units:
    """Add units as long as the pattern's scale, each row shifted by a share of it.

    Blender's node has joints twice as wide as their size says, and works best around length 1.
    """
    spec = canvas.spec
    node = graph.node(
        "ShaderNodeTexBrick",
        {
            "Vector": graph.vector("MULTIPLY", point, 1 / spec.scale_m),
            "Color1": (0.0, 0.0, 0.0),
            "Color2": (1.0, 1.0, 1.0),
            "Mortar": (0.0, 0.0, 0.0),
            "Scale": 1.0,
            "Mortar Size": spec.gap_m / 2 / spec.scale_m,
            "Mortar Smooth": smooth,
            "Brick Width": 1.0,
            "Row Height": spec.aspect,
        },
        offset=shift,
    )
    return Units(node.output("Color"), node.output("Fac"))
