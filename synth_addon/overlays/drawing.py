"""Puts lines and labels on the screen; what they are is decided elsewhere."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import bpy

from ..properties.settings import settings_of
from ..translations.translating import translated
from .figures import Figure, Label, camera_cloud, figures, labels
from .tints import ROLE_COLORS

if TYPE_CHECKING:
    from ..core.overlay_cloud import Cloud
    from ..core.overlay_geometry import Lines

_KEPT = 64
"""Shapes that stay ready to be drawn, for several scenes and some steps of undo."""
Color = tuple[float, float, float, float]
COLORS: dict[str, Color] = {
    "camera": (0.30, 0.70, 1.00, 0.45),
    "cloud": (0.75, 0.92, 1.00, 0.90),
    "spawn": (0.35, 0.90, 0.45, 0.90),
    "lights": (1.00, 0.80, 0.25, 0.40),
    "surfaces": (0.85, 0.45, 1.00, 0.90),
}
_WIDTHS = {"cloud": 2.0, "lights": 1.0}
_WIDTH = 1.25
_FONT = 0
_FONT_SIZE = 12
_LINES_ABOVE, _LINES_BELOW, _LINES_OF_FAULT = 0.5, -1.3, 3.0
"""How many lines of text a label stands above its point."""
_FAULT_COLOR = (1.0, 0.5, 0.4, 1.0)


def draw_lines(scene: bpy.types.Scene) -> None:
    """Draw all figures of a scene in the current 3D view, hidden by what is before them."""
    import gpu

    shader = gpu.shader.from_builtin("POLYLINE_UNIFORM_COLOR")
    shader.bind()
    _, _, width, height = gpu.state.viewport_get()
    shader.uniform_float("viewportSize", (width, height))
    gpu.state.blend_set("ALPHA")
    gpu.state.depth_test_set("LESS_EQUAL")
    scale = bpy.context.preferences.system.ui_scale
    for figure in figures(scene):
        batch = _batch(figure)
        if batch is not None:
            shader.uniform_float("lineWidth", _WIDTHS.get(figure.kind, _WIDTH) * scale)
            shader.uniform_float("color", COLORS[figure.kind])
            batch.draw(shader)
    gpu.state.depth_test_set("NONE")
    gpu.state.blend_set("NONE")


def draw_labels(context: bpy.types.Context) -> None:
    """Draw labels over marked objects, and what keeps the cloud from being drawn."""
    overlay = settings_of(context.scene).overlay
    if overlay.show_labels:
        for label in labels(context.scene):
            _draw_label(context, label)
    if overlay.show_cloud:
        _draw_fault(context)


@lru_cache(maxsize=_KEPT)
def lines_of(figure: Figure) -> Lines:
    """Return the lines (n, 2, 3) of a figure, made when it is first seen."""
    from ..core.overlay_cloud import Cloud, cloud_lines
    from ..core.overlay_geometry import Box, Shell, box_lines, shell_lines

    match figure.shape:
        case Shell():
            return shell_lines(figure.shape)
        case Box():
            return box_lines(figure.shape.corners())
        case Cloud():
            return cloud_lines(figure.shape)
        case corners:
            return box_lines(corners)


def forget_batches() -> None:
    """Give up what is kept to be drawn again."""
    _batch.cache_clear()
    _fault.cache_clear()
    lines_of.cache_clear()


@lru_cache(maxsize=_KEPT)
def _batch(figure: Figure) -> Any:
    """Return what the graphics card holds of a figure; None if there is nothing to draw."""
    import gpu
    from gpu_extras.batch import batch_for_shader

    lines = lines_of(figure)
    if not len(lines):
        return None
    shader = gpu.shader.from_builtin("POLYLINE_UNIFORM_COLOR")
    ends: Any = lines.reshape(-1, 3)
    return batch_for_shader(shader, "LINES", {"pos": ends})


def _draw_label(context: bpy.types.Context, label: Label) -> None:
    from bpy_extras.view3d_utils import location_3d_to_region_2d

    place = location_3d_to_region_2d(context.region, context.region_data, label.point)
    if place is not None:
        lines_up = _LINES_BELOW if label.is_below else _LINES_ABOVE
        _write(label.text, (*ROLE_COLORS[label.role], 1.0), place.x, place.y, lines_up)


def _draw_fault(context: bpy.types.Context) -> None:
    fault = _fault(camera_cloud(context.scene))
    if fault:
        middle = context.region.width / 2
        text = translated("No camera cloud: {reason}", reason=fault)
        _write(text, _FAULT_COLOR, middle, 0, _LINES_OF_FAULT)


@lru_cache(maxsize=_KEPT)
def _fault(cloud: Cloud) -> str:
    from ..core.overlay_cloud import cloud_fault

    return cloud_fault(cloud)


def _write(text: str, color: Color, x: float, y: float, lines_up: float) -> None:
    """Write centred at pixel (x, y) of the region, moved up by a number of lines."""
    import blf

    size = _FONT_SIZE * bpy.context.preferences.system.ui_scale
    blf.size(_FONT, size)
    blf.enable(_FONT, blf.SHADOW)
    blf.shadow(_FONT, 5, 0.0, 0.0, 0.0, 0.9)
    blf.shadow_offset(_FONT, 0, 0)
    blf.color(_FONT, *color)
    blf.position(_FONT, x - blf.dimensions(_FONT, text)[0] / 2, y + lines_up * size, 0)
    blf.draw(_FONT, text)
    blf.disable(_FONT, blf.SHADOW)
