"""Completes a catalog by the user's own file that is the room, which only a renderer can read."""

from __future__ import annotations

from dataclasses import replace

from .asset_catalog import AssetCatalog
from .recipe.recipe import Recipe
from .renderer import Renderer
from .room_content import RoomContent, check_surfaces, room_from_content
from .scene_spec import RoomAsset


def with_room_file(recipe: Recipe, catalog: AssetCatalog, renderer: Renderer) -> AssetCatalog:
    """Return `catalog` with the room that the recipe's file holds, if it names one.

    Raises:
        AssetError: the file cannot be read, holds no mesh, or lacks a surface that is wanted.
    """
    file = catalog.room_file
    if file is None:
        return catalog
    read = renderer.read_room(file)
    content = RoomContent(read.objects, read.lights if recipe.room.file_lights else ())

    def asset_of(name: str) -> RoomAsset:
        return RoomAsset(file=file, object=name)

    room = room_from_content("room.file", file, content, asset_of, recipe.room.file_size_m)
    check_surfaces("room.file", room, recipe.spawn.on)
    return replace(catalog, room=room)
