"""What every pattern draws on: its numbers, its place, and the material that it changes."""

from __future__ import annotations

from dataclasses import dataclass

import bpy

from ...core.material_spec import MaterialSpec, ProceduralSpec
from ..shader_graph import ShaderGraph, Socket, Value
from ..texture_coordinates import Coordinates


@dataclass(frozen=True, eq=False)
class Canvas:
    """One material whose pattern is being connected.

    Attributes:
        spec: the pattern.
        roughness: of the whole material, before the pattern varies it.
    """

    graph: ShaderGraph
    principled: bpy.types.Node
    spec: ProceduralSpec
    material: MaterialSpec
    coordinates: Coordinates

    def solid(self) -> Socket:
        """Return the point in space, metres, at the pattern's place and turn."""
        moved = self.graph.vector("ADD", self.coordinates.solid, self.spec.offset)
        return self.graph.rotated(moved, self.spec.rotation)

    def plane(self) -> Socket:
        """Return the point along the surface, metres, at the pattern's place and turn."""
        x, y, _ = self.spec.offset
        moved = self.graph.vector("ADD", self.coordinates.plane, (x, y, 0.0))
        return self.graph.rotated(moved, (0.0, 0.0, self.spec.rotation[2]))

    def paint(
        self, color: Value, *, roughness: Value | None = None, height: Socket | None = None
    ) -> None:
        """Connect colour, and where given roughness and a relief of 0..1."""
        inputs = self.principled.inputs
        self.graph.feed(inputs["Base Color"], color)
        if roughness is not None:
            self.graph.feed(inputs["Roughness"], roughness)
        if height is not None and self.spec.bump_m > 0:
            self.graph.feed(inputs["Normal"], self.graph.bump(height, self.spec.bump_m))

    def rough(self, amount: Value, spread: float) -> Socket:
        """Return the material's roughness, varied by up to half of `spread` with `amount`."""
        shift = self.graph.math("MULTIPLY", self.graph.math("SUBTRACT", amount, 0.5), spread)
        return self.graph.math("ADD", shift, self.material.roughness, clamp=True)
