"""What the .blend file that is open in Blender offers to recipes, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .room_content import RoomObject


@dataclass(frozen=True)
class OpenFile:
    """Names and contents of an open file, taken when a job starts.

    Attributes:
        objects: names of all mesh objects.
        collections: names of the mesh objects in each collection or in one below it, sorted.
        digests: SHA-256, in hex, of mesh and materials of the objects that the recipe names.
        room: what stands in the collection that is the room.
    """

    objects: tuple[str, ...]
    collections: Mapping[str, tuple[str, ...]]
    digests: Mapping[str, str]
    room: tuple[RoomObject, ...] = ()
