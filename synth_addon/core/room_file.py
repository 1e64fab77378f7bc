"""Makes a furnished room of what a user's own file holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .asset_catalog import AssetCatalog
from .errors import AssetError
from .furnished_room import FurnishedRoom
from .recipe.recipe import Recipe
from .renderer import Renderer
from .room_content import SURFACE_COLLECTION, SURFACE_MARK, RoomContent, RoomObject
from .scene_spec import FixtureSpec, RoomAsset, Vector

_NUMBER = re.compile(r"[._ -]?\d+$")


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
    file: str, content: RoomContent, size: Vector | None, *, with_lights: bool
) -> FurnishedRoom:
    """Return the room of a file; its origin and scale are the file's.

    Args:
        size: width, depth and height in which things are kept; None takes the largest box around
            the origin's vertical that fits into that of all meshes.
        with_lights: whether the file's lamps shine.
    """
    fixtures = tuple(
        FixtureSpec(
            name=item.name,
            category=surface_category(item),
            asset=RoomAsset(file=file, object=item.name),
            pose=item.pose,
        )
        for item in content.objects
    )
    lights = content.lights if with_lights else ()
    return FurnishedRoom(file, "", fixtures, size or _inner_size(file, content.objects), lights)


def _inner_size(file: str, objects: Sequence[RoomObject]) -> Vector:
    low = np.min([item.low for item in objects], axis=0)
    high = np.max([item.high for item in objects], axis=0)
    width, depth = (2 * float(min(-low[axis], high[axis])) for axis in (0, 1))
    if min(width, depth, high[2]) <= 0:
        raise AssetError(
            f"room.file: the origin of {file!r} is not inside the room. Move the room so that its "
            "floor's middle is at the origin"
        )
    return width, depth, float(high[2])


def with_room_file(recipe: Recipe, catalog: AssetCatalog, renderer: Renderer) -> AssetCatalog:
    """Return `catalog` with the room that the recipe's file holds, if it names one.

    Raises:
        AssetError: the file cannot be read, holds no mesh, or lacks a surface that is wanted.
    """
    room = recipe.room
    if catalog.room_file is None:
        return catalog
    content = renderer.read_room(catalog.room_file)
    furnished = room_from_content(
        catalog.room_file, content, room.file_size_m, with_lights=room.file_lights
    )
    known = {fixture.category for fixture in furnished.fixtures if fixture.category}
    missing = sorted(set(recipe.spawn.on) - known)
    if missing:
        marked = f"It marks {', '.join(sorted(known))}" if known else "It marks none"
        raise AssetError(
            f"spawn.on: {catalog.room_file!r} has no surface called {', '.join(missing)}. {marked}:"
            f" give objects the custom property {SURFACE_MARK}, or move them into the collection "
            f"{SURFACE_COLLECTION}"
        )
    return replace(catalog, room=furnished)
