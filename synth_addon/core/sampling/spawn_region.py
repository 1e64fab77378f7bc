"""Chooses where the objects of a scene start: over the floor or over something in the room."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import SceneError
from ..mesh import TriangleMesh
from ..random_streams import random_stream
from ..recipe.recipe import Recipe
from ..scene_spec import FixtureSpec, SceneSpec
from ..support_areas import SupportArea, support_areas
from ..transforms import Array, transform_points


@dataclass(frozen=True, eq=False)
class SpawnRegion:
    """A level rectangle that objects start above; its frame has z up.

    Attributes:
        origin: (3,) the rectangle's middle in the world frame.
        yaw: turn of its x axis about world z, radians.
        half: (2,) half its sizes, metres; inf without limits.
        clearance: free height above it, metres.
    """

    origin: Array
    yaw: float
    half: Array
    clearance: float

    @property
    def rotation(self) -> Array:
        """World from region, (3, 3)."""
        cos, sin = math.cos(self.yaw), math.sin(self.yaw)
        return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])


def spawn_regions(
    recipe: Recipe, spec: SceneSpec, meshes: Mapping[str, TriangleMesh]
) -> tuple[SpawnRegion, ...]:
    """Return where each object starts, in the spec's order.

    With ``spawn.on`` a category is drawn first, then a thing of it, then one of its level areas,
    by size; once for the scene, or for each object if ``spawn.spread``.

    Raises:
        SceneError: nothing in the scene has one of the categories and a level area.
    """
    if not recipe.spawn.on:
        return (_floor_region(spec),) * len(spec.objects)
    places = _places(recipe, spec, meshes)
    if not places:
        raise SceneError(
            f"nothing to place objects on: the room holds no {' or '.join(recipe.spawn.on)} with a "
            "level area. Add it to room.furniture, enlarge the room, or change spawn.on"
        )
    drawn = len(spec.objects) if recipe.spawn.spread else 1
    regions = tuple(
        _draw(places, random_stream(spec.seed, spec.scene, f"surface {i} attempt {spec.attempt}"))
        for i in range(drawn)
    )
    return regions if recipe.spawn.spread else regions * len(spec.objects)


def _floor_region(spec: SceneSpec) -> SpawnRegion:
    half, height = np.array([np.inf, np.inf]), np.inf
    if spec.room_size is not None:
        half, height = np.asarray(spec.room_size[:2]) / 2, spec.room_size[2]
    return SpawnRegion(np.zeros(3), 0.0, half, height)


Places = dict[str, list[tuple[FixtureSpec, tuple[SupportArea, ...]]]]


def _places(recipe: Recipe, spec: SceneSpec, meshes: Mapping[str, TriangleMesh]) -> Places:
    places: Places = {}
    for fixture in spec.fixtures:
        if fixture.category in recipe.spawn.on:
            areas = support_areas(meshes[fixture.asset_key], fixture.scale)
            if areas:
                places.setdefault(fixture.category, []).append((fixture, areas))
    return places


def _draw(places: Places, rng: np.random.Generator) -> SpawnRegion:
    category = sorted(places)[int(rng.integers(len(places)))]
    things = places[category]
    fixture, areas = things[int(rng.integers(len(things)))]
    sizes = np.array([area.half[0] * area.half[1] for area in areas])
    area = areas[int(rng.choice(len(areas), p=sizes / sizes.sum()))]
    matrix = fixture.pose.matrix
    return SpawnRegion(
        origin=transform_points(matrix, [area.center])[0],
        yaw=math.atan2(matrix[1, 0], matrix[0, 0]),
        half=np.asarray(area.half),
        clearance=area.clearance,
    )
