"""Keeps materials for later scenes, where others like them only need new values."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import bpy

from ..core.material_spec import MaterialSpec
from .images import ImageLibrary
from .materials import new_material, paint_material
from .node_inputs import NodeInputs
from .repeated_graph import OtherStepsError, RepeatedGraph
from .shader_graph import ShaderGraph, Step
from .texture_coordinates import Placement

MOST_IDLE = 64


@dataclass(frozen=True, eq=False)
class _Painted:
    """A material, the outline of its spec, the steps that made it, and its nodes' inputs."""

    material: bpy.types.Material
    outline: Hashable
    steps: Sequence[Step]
    inputs: dict[int, NodeInputs] = field(default_factory=dict)


class MaterialPool:
    """Materials that are in use, and those that wait for a spec of the same outline."""

    def __init__(self, images: ImageLibrary) -> None:
        self._images = images
        self._used: list[_Painted] = []
        self._idle: list[_Painted] = []

    def material(self, name: str, spec: MaterialSpec, placement: Placement) -> bpy.types.Material:
        """Return a material that no one else uses until `release`."""
        outline = outline_of(spec, placement)
        painted = self._repainted(outline, spec, placement)
        if painted is None:
            material = new_material(name)
            graph = ShaderGraph(material.node_tree)
            paint_material(material, graph, spec, self._images, placement)
            painted = _Painted(material, outline, graph.steps)
        painted.material.name = name
        self._used.append(painted)
        return painted.material

    def release(self) -> None:
        """Let all materials wait, and remove those that have waited longest if they are many."""
        waiting = self._idle + self._used
        self._used, self._idle = [], waiting[-MOST_IDLE:]
        bpy.data.batch_remove(ids=[painted.material for painted in waiting[:-MOST_IDLE]])

    def close(self) -> None:
        """Remove all materials."""
        self.release()
        bpy.data.batch_remove(ids=[painted.material for painted in self._idle])
        self._idle = []

    def _repainted(
        self, outline: Hashable, spec: MaterialSpec, placement: Placement
    ) -> _Painted | None:
        """Return a waiting material with the values of `spec`, if there is one."""
        painted = next((idle for idle in self._idle if idle.outline == outline), None)
        if painted is None:
            return None
        self._idle.remove(painted)
        material = painted.material
        graph = RepeatedGraph(material.node_tree, painted.steps, painted.inputs)
        try:
            paint_material(material, graph, spec, self._images, placement)
            graph.finish()
        except OtherStepsError:
            bpy.data.materials.remove(material)
            return None
        return _Painted(material, outline, graph.steps, painted.inputs)


def outline_of(spec: MaterialSpec, placement: Placement) -> Hashable:
    """Return what nearly always tells which nodes a spec takes: what it has and has not."""
    texture, pattern = spec.texture, spec.procedural
    return (
        placement.projection,
        bool(spec.emission_strength),
        texture and (texture.displacement_method, *(bool(value) for _, value in texture)),
        pattern and (pattern.kind, *(bool(value) for _, value in pattern)),
    )
