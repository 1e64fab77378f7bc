"""What a user's own room holds, as plain values, and the furnished room that it makes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .errors import AssetError
from .furnished_room import FurnishedRoom
from .scene_spec import Asset, FixtureSpec, LightSpec, Pose, Vector
from .surface_mark import SURFACE_MARK

SURFACE_COLLECTION = "Synth Surfaces"

_NUMBER = re.compile(r"[._ -]?\d+$")


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


def surface_category(item: RoomObject) -> str | None:
    """Return the category of an object that is marked as a surface; None without a mark.

    The mark states it; a mark that is only true, and the collection, take it from the object's
    name: ``Desk.001`` is a ``desk``.
    """
    if isinstance(item.mark, str) and item.mark:
        return item.mark
    if not item.mark and not item.in_surfaces:
        return None
    return _NUMBER.sub("", item.name).lower() or item.name


def room_from_content(
    where: str,
    source: str,
    content: RoomContent,
    asset_of: Callable[[str], Asset],
    size: Vector | None,
) -> FurnishedRoom:
    """Return the room of a file or collection; its origin and scale stay.

    Args:
        where: path in the recipe, for messages.
        source: name of the file or collection.
        asset_of: gives the asset of an object by its name.
        size: width, depth and height in which things are kept; None takes the largest box around
            the origin's vertical that fits into that of all meshes.

    Raises:
        AssetError: without `size`, and the origin is not over the room's floor.
    """
    fixtures = tuple(
        FixtureSpec(
            name=item.name,
            category=surface_category(item),
            asset=asset_of(item.name),
            pose=item.pose,
        )
        for item in content.objects
    )
    inner = size or _inner_size(where, source, content.objects)
    return FurnishedRoom(source, "", fixtures, inner, content.lights)


def check_surfaces(where: str, room: FurnishedRoom, wanted: Sequence[str]) -> None:
    """Make sure that objects can be placed on what the recipe names.

    Raises:
        AssetError: the room has no surface of one of these categories.
    """
    known = {fixture.category for fixture in room.fixtures if fixture.category}
    missing = sorted(set(wanted) - known)
    if missing:
        marked = f"It marks {', '.join(sorted(known))}" if known else "It marks none"
        raise AssetError(
            f"spawn.on: {room.name!r} of {where} has no surface called {', '.join(missing)}. "
            f"{marked}: give objects the custom property {SURFACE_MARK}, or move them into the "
            f"collection {SURFACE_COLLECTION}"
        )


def _inner_size(where: str, source: str, objects: Sequence[RoomObject]) -> Vector:
    low = np.min([item.low for item in objects], axis=0)
    high = np.max([item.high for item in objects], axis=0)
    width, depth = (2 * float(min(-low[axis], high[axis])) for axis in (0, 1))
    if min(width, depth, high[2]) <= 0:
        raise AssetError(
            f"{where}: the origin of {source!r} is not inside the room. Move the room so that its "
            "floor's middle is at the origin"
        )
    return width, depth, float(high[2])
