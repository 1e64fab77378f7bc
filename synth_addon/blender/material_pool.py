"""Keeps materials for later scenes, where others like them only need new values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import bpy

from ..core.material_spec import MaterialSpec
from .drawn_tree import DrawnTree
from .images import ImageLibrary
from .materials import OUTPUT, PRINCIPLED, material_plan
from .shader_graph import TreePlan
from .texture_coordinates import Placement
from .versions import use_nodes

MOST_IDLE = 64


@dataclass(frozen=True, eq=False)
class _Painted:
    material: bpy.types.Material
    tree: DrawnTree


class MaterialPool:
    """Materials that are in use, and those that wait for a plan of the same outline.

    The nodes of a plan stand in the material itself, so that nothing is left behind when it is
    removed.
    """

    def __init__(self, images: ImageLibrary) -> None:
        self._images = images
        self._used: list[_Painted] = []
        self._idle: list[_Painted] = []

    def plan(self, wanted: Iterable[tuple[MaterialSpec, Placement]]) -> None:
        """Plan materials ahead, in any thread; not those with images of unknown size."""
        for spec, placement in wanted:
            if spec.texture is None or self._images.has_measured(spec.texture.color):
                self._plan(spec, placement)

    def material(self, name: str, spec: MaterialSpec, placement: Placement) -> bpy.types.Material:
        """Return a material that no one else uses until `release`.

        Args:
            name: of a new material; one that waited keeps its own.
        """
        plan = self._plan(spec, placement)
        painted = next((p for p in self._idle if p.tree.plan.outline == plan.outline), None)
        if painted is None:
            material = _new_material(name)
            painted = _Painted(material, DrawnTree(material.node_tree, plan, self._images))
        else:
            self._idle.remove(painted)
            painted.tree.change(plan)
        _set_beside_nodes(painted.material, spec)
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

    def _plan(self, spec: MaterialSpec, placement: Placement) -> TreePlan:
        aspect = self._images.aspect(spec.texture.color) if spec.texture is not None else 1.0
        return material_plan(spec, placement, aspect)


def _new_material(name: str) -> bpy.types.Material:
    """Return a material with Blender's own two nodes, whose names depend on its language."""
    material = bpy.data.materials.new(name)
    for node in use_nodes(material).nodes:
        node.name = PRINCIPLED if node.bl_idname == "ShaderNodeBsdfPrincipled" else OUTPUT
    return material


def _set_beside_nodes(material: bpy.types.Material, spec: MaterialSpec) -> None:
    material.diffuse_color = (*spec.base_color, 1.0)  # what Workbench shows
    method = "BOTH" if spec.moves_surface else "BUMP"
    if material.displacement_method != method:
        material.displacement_method = method
