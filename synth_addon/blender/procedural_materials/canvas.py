"""What every pattern draws on: its numbers, its place, and the material that it changes."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.material_spec import MaterialSpec, ProceduralSpec
from ..shader_graph import Node, Output, ShaderGraph, Value
from ..texture_coordinates import Coordinates


@dataclass(frozen=True, eq=False)
class Canvas:
    """One material whose pattern is being connected.

    Attributes:
        principled, output: the nodes that every material has.
        spec: the pattern.
        roughness: of the whole material, before the pattern varies it.
    """

    graph: ShaderGraph
    principled: Node
    output: Node
    spec: ProceduralSpec
    material: MaterialSpec
    coordinates: Coordinates

    def solid(self) -> Output:
        """Return the point in space, metres, at the pattern's place and turn."""
        moved = self.graph.vector("ADD", self.coordinates.solid, self.spec.offset)
        return self.graph.rotated(moved, self.spec.rotation)

    def plane(self) -> Output:
        """Return the point along the surface, metres, at the pattern's place and turn."""
        x, y, _ = self.spec.offset
        moved = self.graph.vector("ADD", self.coordinates.plane, (x, y, 0.0))
        return self.graph.rotated(moved, (0.0, 0.0, self.spec.rotation[2]))

    def paint(
        self, color: Value, *, roughness: Value | None = None, height: Output | None = None
    ) -> None:
        """Connect colour, and where given roughness and a relief of 0..1."""
        self.graph.feed(self.principled, "Base Color", color)
        if roughness is not None:
            self.graph.feed(self.principled, "Roughness", roughness)
        if height is not None and self.spec.bump_m > 0:
            self.graph.feed(self.principled, "Normal", self.graph.bump(height, self.spec.bump_m))

    def rough(self, amount: Value, spread: float) -> Output:
        """Return the material's roughness, varied by up to half of `spread` with `amount`."""
        shift = self.graph.math("MULTIPLY", self.graph.math("SUBTRACT", amount, 0.5), spread)
        return self.graph.math("ADD", shift, self.material.roughness, clamp=True)
