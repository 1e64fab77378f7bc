"""Tints marked objects by role or class; the objects and their materials stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy
from bpy.app.handlers import persistent

from ..properties.classes import class_colors, class_of
from ..properties.overlay import has_tints
from .figures import marked

Color = tuple[float, float, float]
ROLE_COLORS: dict[str, Color] = {
    "target": (1.00, 0.62, 0.25),
    "distractor": (0.80, 0.80, 0.80),
    "surface": (0.90, 0.60, 1.00),
    "ignore": (0.55, 0.55, 0.55),
}
_ALPHA = 0.55
_TOWARDS_EYE = 1e-4
"""How much nearer than the object its tint is drawn, in depth of the view's clip space."""


class _Kept:
    """Triangles that the graphics card holds, by the names of their objects."""

    batches: dict[str, Any] = {}


def tints(scene: bpy.types.Scene) -> Iterator[tuple[bpy.types.Object, Color]]:
    """Yield the marked objects that have a colour, and the colour, red, green and blue in 0..1."""
    by_class = scene.synth.overlay.color_by == "class"
    colors = class_colors(scene) if by_class else {}
    for entry, item in marked(scene):
        color = colors.get(class_of(entry)) if by_class else ROLE_COLORS[entry.role]
        if color is not None:
            yield item, color


def draw_tints(context: bpy.types.Context) -> None:
    """Draw the tints in the current 3D view, hidden by what is before them."""
    import gpu

    shader = gpu.shader.from_builtin("UNIFORM_COLOR")
    shader.bind()
    gpu.state.blend_set("ALPHA")
    gpu.state.depth_test_set("LESS_EQUAL")
    with gpu.matrix.push_pop_projection():
        gpu.matrix.load_projection_matrix(_nearer(gpu.matrix.get_projection_matrix()))
        for item, color in tints(context.scene):
            batch = _batch(context, item)
            if batch is not None:
                with gpu.matrix.push_pop():
                    gpu.matrix.multiply_matrix(item.matrix_world)
                    shader.uniform_float("color", (*color, _ALPHA))
                    batch.draw(shader)
    gpu.state.depth_test_set("NONE")
    gpu.state.blend_set("NONE")


def follow_meshes() -> None:
    """Notice from now on when a mesh changes."""
    bpy.app.handlers.depsgraph_update_post.append(_forget_changed)


def stop_following_meshes() -> None:
    """Undo `follow_meshes`, and give up what is kept."""
    bpy.app.handlers.depsgraph_update_post.remove(_forget_changed)
    _Kept.batches.clear()


def forget_tints() -> None:
    """Give up what is kept, as when another file or step of undo has replaced the objects."""
    _Kept.batches.clear()


@persistent
def _forget_changed(scene: bpy.types.Scene, depsgraph: Any) -> None:
    if not has_tints(scene):
        return
    for update in depsgraph.updates:
        if update.is_updated_geometry:
            _Kept.batches.pop(update.id.name, None)


def _batch(context: bpy.types.Context, item: bpy.types.Object) -> Any:
    """Return the triangles of an object as it is shown, in its own frame; None without any."""
    if item.name not in _Kept.batches:
        _Kept.batches[item.name] = _made_batch(item.evaluated_get(context.view_layer.depsgraph))
    return _Kept.batches[item.name]


def _made_batch(shown: Any) -> Any:
    import gpu
    import numpy as np
    from gpu_extras.batch import batch_for_shader

    mesh = shown.to_mesh()
    mesh.calc_loop_triangles()
    points = np.empty((len(mesh.vertices), 3), np.float32)
    corners = np.empty((len(mesh.loop_triangles), 3), np.int32)
    mesh.vertices.foreach_get("co", points.reshape(-1))
    mesh.loop_triangles.foreach_get("vertices", corners.reshape(-1))
    shown.to_mesh_clear()
    if not len(corners):
        return None
    shader = gpu.shader.from_builtin("UNIFORM_COLOR")
    ends: Any = points
    return batch_for_shader(shader, "TRIS", {"pos": ends}, indices=corners)


def _nearer(projection: Any) -> Any:
    """Return a projection (4, 4) under which everything is a little nearer to the eye."""
    moved = projection.copy()
    moved[2] -= projection[3] * _TOWARDS_EYE
    return moved
