"""A collection of the open .blend file as the room."""

from __future__ import annotations

from .errors import AssetError
from .furnished_room import FurnishedRoom
from .open_file import OpenFile
from .recipe.recipe import Recipe
from .room_content import RoomContent, check_surfaces, room_from_content
from .scene_spec import OpenAsset

_WHERE = "room.open_collection"


def open_room(recipe: Recipe, open_file: OpenFile | None) -> FurnishedRoom | None:
    """Return the room that stands in the open file, if the recipe wants one.

    Raises:
        AssetError: no file is open, the collection is missing or empty, or it lacks a surface
            that is wanted.
    """
    name = recipe.room.open_collection
    if name is None or not recipe.room.enabled:
        return None
    if open_file is None:
        raise AssetError(
            f"{_WHERE}: no .blend file is open here. Run the command in Blender: "
            "blender -b FILE.blend -P synth_addon/batch.py -- generate RECIPE --output DIR"
        )
    if name not in open_file.collections:
        known = ", ".join(sorted(open_file.collections)) or "none"
        raise AssetError(
            f"{_WHERE}: the open file has no collection {name!r}. It has {known}: use one of them"
        )
    if not open_file.room:
        raise AssetError(f"{_WHERE}: {name!r} shows no mesh object. Move one into it")
    content = RoomContent(open_file.room, ())

    def asset_of(item: str) -> OpenAsset:
        return OpenAsset(object=item)

    room = room_from_content(_WHERE, name, content, asset_of, recipe.room.file_size_m)
    check_surfaces(_WHERE, room, recipe.spawn.on)
    return room
