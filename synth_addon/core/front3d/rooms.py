"""Makes furnished rooms of a 3D-FRONT house."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

import numpy as np

from ..colors import linear_from_srgb
from ..furnished_room import FurnishedRoom
from ..scene_spec import (
    FixtureSpec,
    Front3dMeshAsset,
    Front3dModelAsset,
    MaterialSpec,
    Pose,
    TextureSpec,
    Vector,
)
from ..transforms import Array
from .categories import furniture_category, part_category
from .document import Child, FurnitureEntry, House, MaterialEntry, MeshEntry, RoomEntry
from .folders import Folders
from .geometry import building_mesh, child_pose

_LEAST_HEIGHT_M = 0.5
"""What is called a ceiling and is nearer to the floor closes no room."""
_MODEL_ROUGHNESS = 0.5
_PLAIN = MaterialSpec(base_color=(0.7, 0.7, 0.7), roughness=0.7)


@dataclass(frozen=True)
class Source:
    """A house and the files it can draw on.

    Attributes:
        file: the house's own name.
        available: names of the models and images that there are.
    """

    file: str
    house: House
    folders: Folders
    available: Set[str]


def furniture_of(house: House, room: RoomEntry) -> Iterator[tuple[Child, FurnitureEntry]]:
    """Yield what stands in a room, without what the file itself calls invalid."""
    for child in room.children:
        entry = house.models.get(child.ref)
        if entry is not None and entry.valid:
            yield child, entry


def parts_of(house: House, room: RoomEntry) -> tuple[MeshEntry, ...]:
    """Return the parts of the building that belong to a room and have faces."""
    parts = (house.meshes.get(child.ref) for child in room.children)
    return tuple(part for part in parts if part is not None and part.faces)


def finish_of(house: House, part: MeshEntry) -> MaterialEntry | None:
    """Return the material of a part of the building."""
    return house.materials.get(part.material or "")


def has_floor(house: House, room: RoomEntry) -> bool:
    """Return whether a room has a floor."""
    return any(part_category(part.type) == "floor" for part in parts_of(house, room))


def room_name(file: str, room: RoomEntry) -> str:
    """Return what messages call a room."""
    return f"{file} {room.instanceid}"


def house_rooms(source: Source, rooms: Iterable[RoomEntry]) -> tuple[FurnishedRoom, ...]:
    """Return those of `rooms` that have a floor, and furniture whose models there are.

    The middle of a room's floor comes to lie at the origin.
    """
    made = (_furnished(source, room) for room in rooms)
    return tuple(room for room in made if room is not None)


def _furnished(source: Source, room: RoomEntry) -> FurnishedRoom | None:
    house = source.house
    pieces = [
        (child, entry)
        for child, entry in furniture_of(house, room)
        if source.folders.model(entry.jid) in source.available
    ]
    if not pieces or not has_floor(house, room):
        return None
    parts = parts_of(house, room)
    center, size = _box(house, parts)
    fixtures = [
        *(_part(source, number, part, center) for number, part in enumerate(parts)),
        *(_piece(source, number, *piece, center) for number, piece in enumerate(pieces)),
    ]
    return FurnishedRoom(room_name(source.file, room), room.type, tuple(fixtures), size)


def _box(house: House, parts: tuple[MeshEntry, ...]) -> tuple[Array, Vector | None]:
    """Return the floor's middle, and the box over the floor up to the lowest ceiling, if any."""
    bounds: dict[str | None, list[tuple[Array, Array]]] = {}
    for part in parts:
        mesh = building_mesh(house, part.uid)
        bounds.setdefault(part_category(part.type), []).append(mesh.bounds)
    low = np.min([low for low, _ in bounds["floor"]], axis=0)
    high = np.max([high for _, high in bounds["floor"]], axis=0)
    center = np.array([*(low + high)[:2] / 2, high[2]])
    heights = [float(above[2] - center[2]) for above, _ in bounds.get("ceiling", [])]
    heights = [height for height in heights if height >= _LEAST_HEIGHT_M]
    if not heights:
        return center, None
    return center, (float(high[0] - low[0]), float(high[1] - low[1]), min(heights))


def _part(source: Source, number: int, part: MeshEntry, center: Array) -> FixtureSpec:
    category = part_category(part.type)
    x, y, z = (float(-value) for value in center)
    return FixtureSpec(
        name=f"{category or 'part'} {number}",
        category=category,
        asset=Front3dMeshAsset(file=source.file, uid=part.uid),
        pose=Pose(translation=(x, y, z)),
        material=_finish(source, finish_of(source.house, part)),
    )


def _finish(source: Source, entry: MaterialEntry | None) -> MaterialSpec:
    """Return a finish's image, or else its colour, or else a light grey."""
    if entry is None:
        return _PLAIN
    image = source.folders.texture(entry.jid)
    color = _PLAIN.base_color
    if len(entry.color) >= 3:
        r, g, b = linear_from_srgb(np.clip(np.array(entry.color[:3]) / 255, 0, 1))
        color = (float(r), float(g), float(b))
    texture = (
        TextureSpec(color=image, unwrapped=True)
        if entry.texture and image in source.available
        else None
    )
    return _PLAIN.model_copy(update={"base_color": color, "texture": texture})


def _piece(
    source: Source, number: int, child: Child, entry: FurnitureEntry, center: Array
) -> FixtureSpec:
    category = furniture_category(entry.category, entry.title)
    image = source.folders.model_texture(entry.jid)
    material = None
    if image in source.available:
        material = MaterialSpec(
            base_color=(1.0, 1.0, 1.0),
            roughness=_MODEL_ROUGHNESS,
            texture=TextureSpec(color=image, unwrapped=True),
        )
    return FixtureSpec(
        name=f"{category or 'thing'} {number}",
        category=category,
        asset=Front3dModelAsset(file=source.folders.model(entry.jid), stretch=child.scale),
        pose=child_pose(child, center),
        material=material,
    )
