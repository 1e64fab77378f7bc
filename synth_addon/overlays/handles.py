"""The limits that can be dragged: how they are read, set and placed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bpy

from ..properties.overlay import has_overlay
from ..properties.settings import settings_of
from .figures import camera_shell, spawn_boxes

if TYPE_CHECKING:
    from ..core.overlay_handles import Grip, GripName


@dataclass(frozen=True)
class Handle:
    """One limit of a distribution.

    Attributes:
        kind: of the overlay that it belongs to, the word after ``show_``.
        path: of the distribution in the recipe.
        limit: "low" or "high"; a constant has a "high" handle alone.
        label: shown while it is dragged.
        unit: of its value, as recipes state it.
        snap: what values are rounded to while snapping.
    """

    kind: str
    path: str
    limit: str
    label: str
    unit: str
    snap: float

    @property
    def grip(self) -> GripName:
        """What its place is called."""
        return self.path, self.limit


HANDLES = tuple(
    Handle(kind, path, limit, f"{label} {word}", unit, snap)
    for kind, path, label, unit, snap in (
        ("camera", "camera.radius_m", "Distance", "m", 0.1),
        ("camera", "camera.elevation_deg", "Elevation", "°", 5.0),
        ("spawn", "spawn.x_m", "Start X", "m", 0.1),
        ("spawn", "spawn.y_m", "Start Y", "m", 0.1),
        ("spawn", "spawn.height_m", "Start Height", "m", 0.1),
    )
    for limit, word in (("low", "Min"), ("high", "Max"))
)


def are_handles_shown(scene: bpy.types.Scene) -> bool:
    """Return whether any handle of a scene is to be shown."""
    overlay = settings_of(scene).overlay
    return has_overlay(scene) and (overlay.show_camera or overlay.show_spawn)


def is_usable(scene: bpy.types.Scene, handle: Handle) -> bool:
    """Return whether a handle's overlay is on and its distribution has such a limit."""
    kind = _held(scene, handle).kind
    has_limit = kind != "choice" and (kind != "constant" or handle.limit == "high")
    return has_limit and getattr(settings_of(scene).overlay, f"show_{handle.kind}")


def handle_value(scene: bpy.types.Scene, handle: Handle) -> float:
    """Return the limit, in the recipe's unit."""
    held = _held(scene, handle)
    return getattr(held, _property(held, handle))


def set_handle_value(scene: bpy.types.Scene, handle: Handle, value: float) -> None:
    """Set the limit, in the recipe's unit, no further than to the other limit."""
    held = _held(scene, handle)
    if held.kind != "constant":
        value = min(value, held.high) if handle.limit == "low" else max(value, held.low)
    setattr(held, _property(held, handle), value)


def handle_grips(scene: bpy.types.Scene) -> Mapping[GripName, Grip]:
    """Return where the handles of a scene are; those of the first box where there are several."""
    from ..core.overlay_handles import box_grips, shell_grips

    grips = dict(shell_grips(camera_shell(scene)))
    for box in spawn_boxes(scene)[:1]:
        grips |= box_grips(box)
    return grips


def dragged_value(value: float, handle: Handle, step: float, *, snaps: bool) -> float:
    """Return a value moved by `step`, metres or radians, in the recipe's unit."""
    moved = value + (math.degrees(step) if handle.unit == "°" else step)
    return round(moved / handle.snap) * handle.snap if snaps else moved


def _held(scene: bpy.types.Scene, handle: Handle) -> Any:
    return settings_of(scene).recipe.path_resolve(handle.path)


def _property(held: Any, handle: Handle) -> str:
    return "constant" if held.kind == "constant" else handle.limit
