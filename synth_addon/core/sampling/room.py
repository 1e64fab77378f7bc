"""Draws the room: its floor, walls, ceiling and windows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..asset_catalog import AssetCatalog
from ..distributions import draw_integer
from ..random_streams import random_stream
from ..recipe.recipe import Recipe
from ..recipe.room import WindowsRecipe
from ..scene_spec import FixtureSpec, LightSpec, MaterialSpec, Opening, SurfaceSpec, Vector
from .front3d import sample_front3d
from .materials import sample_material

WALL_THICKNESS_M = 0.2
_WALLS = ("wall_x_min", "wall_x_max", "wall_y_min", "wall_y_max")
_BORDER_M = 0.1
"""Least wall beside, above and between windows."""


@dataclass(frozen=True)
class Room:
    """The drawn room; `size` is None where there are no walls."""

    size: Vector | None
    surfaces: tuple[SurfaceSpec, ...]
    fixtures: tuple[FixtureSpec, ...] = ()
    lights: tuple[LightSpec, ...] = ()


def sample_room(recipe: Recipe, catalog: AssetCatalog, scene: int, attempt: int = 0) -> Room:
    """Draw the room as slabs whose inner faces lie on the room's box, the floor's at height 0.

    A room from files brings no slabs: all of it are fixtures.

    Args:
        attempt: how many earlier arrangements were rejected; the next may suit another room.
    """
    room = recipe.room
    if not room.enabled:
        return Room(None, ())
    if room.front3d is not None and catalog.houses is not None:
        drawn = sample_front3d(room.front3d, catalog.houses.rooms, recipe.seed, scene, attempt)
        return Room(drawn.size, (), drawn.fixtures)
    if room.is_from_files:
        read = catalog.room
        return Room(read.size, (), read.fixtures, read.lights) if read else Room(None, ())
    rng = random_stream(recipe.seed, scene, "room")
    size = (room.width_m.draw(rng), room.depth_m.draw(rng), room.height_m.draw(rng))
    floor = _sample_surface("floor", recipe, catalog, scene)
    if room.floor_only:
        return Room(None, (_floor(size, floor),))
    walls = _sample_surface("walls", recipe, catalog, scene)
    ceiling = _sample_surface("ceiling", recipe, catalog, scene)
    openings = _sample_windows(room.windows, size, random_stream(recipe.seed, scene, "windows"))
    surfaces = (_floor(size, floor), *_walls(size, walls, openings), _ceiling(size, ceiling))
    return Room(size, surfaces)


def _floor(size: Vector, material: MaterialSpec) -> SurfaceSpec:
    center = (0.0, 0.0, -WALL_THICKNESS_M / 2)
    return SurfaceSpec(name="floor", center=center, size=_outer(size), material=material)


def _ceiling(size: Vector, material: MaterialSpec) -> SurfaceSpec:
    center = (0.0, 0.0, size[2] + WALL_THICKNESS_M / 2)
    return SurfaceSpec(name="ceiling", center=center, size=_outer(size), material=material)


def _outer(size: Vector) -> Vector:
    t = WALL_THICKNESS_M
    return size[0] + 2 * t, size[1] + 2 * t, t


def _walls(
    size: Vector, material: MaterialSpec, openings: dict[str, tuple[Opening, ...]]
) -> tuple[SurfaceSpec, ...]:
    width, depth, height = size
    t = WALL_THICKNESS_M
    x, y, z = (width + t) / 2, (depth + t) / 2, height / 2
    boxes: dict[str, tuple[Vector, Vector]] = {
        "wall_x_min": ((-x, 0.0, z), (t, depth, height)),
        "wall_x_max": ((x, 0.0, z), (t, depth, height)),
        "wall_y_min": ((0.0, -y, z), (width + 2 * t, t, height)),
        "wall_y_max": ((0.0, y, z), (width + 2 * t, t, height)),
    }
    return tuple(
        SurfaceSpec(
            name=name, center=center, size=box, material=material, openings=openings.get(name, ())
        )
        for name, (center, box) in boxes.items()
    )


def _sample_surface(part: str, recipe: Recipe, catalog: AssetCatalog, scene: int) -> MaterialSpec:
    rng = random_stream(recipe.seed, scene, part)
    return sample_material(getattr(recipe.room, part), catalog, rng, large=True)


def _sample_windows(
    windows: WindowsRecipe, size: Vector, rng: np.random.Generator
) -> dict[str, tuple[Opening, ...]]:
    """Draw the openings of each wall; all windows of a room have one size."""
    count = draw_integer(windows.count, rng)
    width, height, sill = (
        side.draw(rng) for side in (windows.width_m, windows.height_m, windows.sill_m)
    )
    chosen = [_WALLS[int(rng.integers(len(_WALLS)))] for _ in range(count)]
    height = min(height, size[2] - sill - _BORDER_M)
    if height <= 0:
        return {}
    lengths = dict(zip(_WALLS, (size[1], size[1], size[0], size[0]), strict=True))
    return {
        wall: _row(lengths[wall], chosen.count(wall), (width, height, sill), rng)
        for wall in _WALLS
        if wall in chosen
    }


def _row(
    length: float, count: int, window: tuple[float, float, float], rng: np.random.Generator
) -> tuple[Opening, ...]:
    """Return as many of `count` windows as fit along a wall, each somewhere in its equal share."""
    width, height, sill = window
    fitting = min(count, int(length / (width + 2 * _BORDER_M)))
    if not fitting:
        return ()
    share = length / fitting
    play = (share - width) / 2 - _BORDER_M
    return tuple(
        Opening(
            along=(i + 0.5) * share - length / 2 + float(rng.uniform(-play, play)),
            bottom=sill,
            width=width,
            height=height,
        )
        for i in range(fitting)
    )
