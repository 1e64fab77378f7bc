"""A room that comes from files, with all that stands in it."""

from __future__ import annotations

from dataclasses import dataclass

from .scene_spec import FixtureSpec, LightSpec, Vector


@dataclass(frozen=True)
class FurnishedRoom:
    """A room whose floor is at height 0.

    Attributes:
        name: what messages call it.
        kind: what sort of room it is, such as ``MasterBedroom``; may be empty.
        fixtures: everything to be seen in it, in place.
        size: width, depth and height of the box around the origin in which things are kept; None
            without walls.
        lights: lamps that the file holds.
    """

    name: str
    kind: str
    fixtures: tuple[FixtureSpec, ...]
    size: Vector | None
    lights: tuple[LightSpec, ...] = ()
