"""Everything in the open file that a preview could change, as one comparable value."""

from __future__ import annotations

from typing import Any

import bpy

from synth_addon.properties.to_recipe import recipe_data

_KINDS = ("objects", "meshes", "materials", "images", "collections", "scenes", "worlds")
_KINDS += ("cameras", "lights", "node_groups", "actions")


def file_state() -> dict[str, Any]:
    """Return names of all data, and what scenes and objects are set to."""
    state: dict[str, Any] = {kind: sorted(getattr(bpy.data, kind).keys()) for kind in _KINDS}
    state["scene"] = bpy.context.window.scene.name
    for scene in bpy.data.scenes:
        state[f"scene {scene.name}"] = (
            scene.frame_current,
            scene.world,
            scene.camera,
            _values(scene.render),
            _values(scene.cycles),
            recipe_data(scene),
        )
        for layer in scene.view_layers:
            state[f"layer {scene.name}"] = (
                layer.objects.active,
                sorted(item.name for item in layer.objects.selected),
            )
    for item in bpy.data.objects:
        state[f"object {item.name}"] = (
            [tuple(row) for row in item.matrix_world],
            item.hide_render,
            item.hide_viewport,
            item.data,
            [slot.material for slot in item.material_slots],
            item.rigid_body,
        )
    return state


def _values(group: Any) -> dict[str, Any]:
    simple = {"BOOLEAN", "INT", "FLOAT", "STRING", "ENUM"}
    return {
        p.identifier: getattr(group, p.identifier)
        for p in group.bl_rna.properties
        if p.type in simple and not getattr(p, "is_array", False)
    }
