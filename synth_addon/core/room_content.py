"""What a user's own file of a room holds, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from .scene_spec import LightSpec, Pose, Vector

SURFACE_MARK = "synth_surface"
"""The custom property that marks an object as something to place objects on."""
SURFACE_COLLECTION = "Synth Surfaces"


@dataclass(frozen=True)
class RoomObject:
    """One mesh object of a room's file.

    Attributes:
        name: its name in the file.
        mark: value of its custom property `SURFACE_MARK`; None without one.
        in_surfaces: whether it is in the collection `SURFACE_COLLECTION`.
        pose: where it stands.
        low, high: corners of its box in the world frame, metres.
    """

    name: str
    mark: str | bool | None
    in_surfaces: bool
    pose: Pose
    low: Vector
    high: Vector


@dataclass(frozen=True)
class RoomContent:
    """What a room's file holds, in the order of names."""

    objects: tuple[RoomObject, ...]
    lights: tuple[LightSpec, ...]
