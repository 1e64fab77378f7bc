"""Draws furniture, and stands it in the room without overlap."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..asset_catalog import AssetCatalog
from ..distributions import draw_integer
from ..mesh import TriangleMesh
from ..mesh_catalog import furniture_key
from ..random_streams import random_stream
from ..recipe.furniture import FurnitureRecipe
from ..recipe.recipe import Recipe
from ..scene_spec import Asset, FixtureSpec, Pose, SceneSpec, ShapeAsset
from ..shapes.catalog import SHAPES
from ..transforms import Array
from .materials import sample_material

_TRIES = 60
_GAP_M = 0.03
_QUARTER_TURNS = {"wall_y_max": 0, "wall_x_min": 1, "wall_y_min": 2, "wall_x_max": 3}
"""Turns about z, counter-clockwise, that bring a piece's back (+y) to each wall."""


@dataclass(frozen=True)
class _Footprint:
    """An axis-aligned rectangle of the floor: centre and half sizes, metres."""

    center: Array
    half: Array

    def overlaps(self, other: _Footprint) -> bool:
        """Return whether the two come nearer than the gap."""
        apart = np.abs(self.center - other.center) - self.half - other.half
        return bool(np.all(apart < _GAP_M))


def sample_furniture(recipe: Recipe, catalog: AssetCatalog, scene: int) -> tuple[FixtureSpec, ...]:
    """Draw which pieces a scene may hold and how they look; `furnish` finds their places."""
    if not recipe.room.enabled:
        return ()
    pieces: list[FixtureSpec] = []
    for name, furniture in sorted(recipe.room.furniture.items()):
        rng = random_stream(recipe.seed, scene, f"count of furniture {name}")
        for number in range(draw_integer(furniture.count, rng)):
            pieces.append(_piece(recipe, catalog, scene, name, number))
    return tuple(pieces)


def _piece(
    recipe: Recipe, catalog: AssetCatalog, scene: int, name: str, number: int
) -> FixtureSpec:
    furniture = recipe.room.furniture[name]
    rng = random_stream(recipe.seed, scene, f"looks of furniture {name} {number}")
    material = sample_material(furniture.material, catalog, rng) if furniture.material else None
    return FixtureSpec(
        name=f"{name} {number}",
        category=furniture.category or name,
        asset=_sample_asset(name, furniture, catalog, rng),
        pose=Pose(),
        scale=furniture.scale.draw(rng),
        material=material,
    )


def _sample_asset(
    name: str, furniture: FurnitureRecipe, catalog: AssetCatalog, rng: np.random.Generator
) -> Asset:
    if furniture.shape is None:
        choices = catalog.meshes[furniture_key(name)]
        return choices[int(rng.integers(len(choices)))]
    given = furniture.parameters
    parameters = {
        key: given[key].draw(rng) if key in given else declared.default
        for key, declared in SHAPES[furniture.shape].parameters.items()
    }
    return ShapeAsset(shape=furniture.shape, parameters=parameters)


def furnish(recipe: Recipe, spec: SceneSpec, meshes: Mapping[str, TriangleMesh]) -> SceneSpec:
    """Return `spec` with its furniture in place; pieces that find none are left out.

    What objects are to be placed on comes first, then the larger before the smaller. Where
    objects start on the floor, that part of it is kept free.
    """
    if not recipe.room.furniture:
        return spec
    wanted = {category: rank for rank, category in enumerate(recipe.spawn.on)}

    def precedence(index: int) -> tuple[int, float, int]:
        fixture = spec.fixtures[index]
        low, high = meshes[fixture.asset_key].bounds
        area = fixture.scale**2 * float(np.prod((high - low)[:2]))
        return wanted.get(fixture.category or "", len(wanted)), -area, index

    taken = [] if recipe.spawn.on else [_start_area(recipe)]
    placed: dict[int, FixtureSpec] = {}
    for index in sorted(range(len(spec.fixtures)), key=precedence):
        fixture = spec.fixtures[index]
        aspect = f"place of {fixture.name} attempt {spec.attempt}"
        rng = random_stream(spec.seed, spec.scene, aspect)
        furniture = recipe.room.furniture[fixture.name.rsplit(" ", 1)[0]]
        found = _find_place(spec, fixture, furniture, meshes[fixture.asset_key], taken, rng)
        if found is not None:
            pose, footprint = found
            placed[index] = fixture.model_copy(update={"pose": pose})
            taken.append(footprint)
    return spec.model_copy(update={"fixtures": tuple(placed[i] for i in sorted(placed))})


def _start_area(recipe: Recipe) -> _Footprint:
    limits = np.array([recipe.spawn.x_m.support(), recipe.spawn.y_m.support()])
    return _Footprint(limits.mean(axis=1), (limits[:, 1] - limits[:, 0]) / 2 + 0.1)


def _find_place(
    spec: SceneSpec,
    fixture: FixtureSpec,
    furniture: FurnitureRecipe,
    mesh: TriangleMesh,
    taken: Sequence[_Footprint],
    rng: np.random.Generator,
) -> tuple[Pose, _Footprint] | None:
    for _ in range(_TRIES):
        if furniture.place == "wall" and spec.room_size is not None:
            yaw, center, half = _by_the_wall(fixture, mesh, spec.room_size[:2], rng)
        else:
            yaw, center, half = _anywhere(fixture, mesh, _floor_size(spec), rng)
        footprint = _Footprint(center, half)
        within = np.all(np.abs(center) + half <= np.asarray(_floor_size(spec)) / 2)
        if within and not any(footprint.overlaps(other) for other in taken):
            return _standing(fixture, mesh, yaw, center), footprint
    return None


def _floor_size(spec: SceneSpec) -> tuple[float, float]:
    if spec.room_size is not None:
        return spec.room_size[:2]
    floor = next(surface for surface in spec.surfaces if surface.name == "floor")
    return floor.size[:2]


def _by_the_wall(
    fixture: FixtureSpec, mesh: TriangleMesh, room: tuple[float, float], rng: np.random.Generator
) -> tuple[float, Array, Array]:
    """Return yaw, centre and half sizes of a piece with its back to a wall drawn at random."""
    wall = sorted(_QUARTER_TURNS)[int(rng.integers(len(_QUARTER_TURNS)))]
    yaw = _QUARTER_TURNS[wall] * math.pi / 2
    half = _half_sizes(fixture, mesh, yaw)
    axis, side = "xy".index(wall[5]), 1 if wall.endswith("max") else -1
    play = max(0.0, room[1 - axis] / 2 - half[1 - axis])
    center = np.empty(2)
    center[axis] = side * (room[axis] / 2 - half[axis] - _GAP_M / 2)
    center[1 - axis] = rng.uniform(-play, play)
    return yaw, center, half


def _anywhere(
    fixture: FixtureSpec, mesh: TriangleMesh, floor: tuple[float, float], rng: np.random.Generator
) -> tuple[float, Array, Array]:
    yaw = float(rng.uniform(0, 2 * math.pi))
    half = _half_sizes(fixture, mesh, yaw)
    play = np.maximum(0.0, np.asarray(floor) / 2 - half)
    return yaw, rng.uniform(-play, play), half


def _half_sizes(fixture: FixtureSpec, mesh: TriangleMesh, yaw: float) -> Array:
    plan = _plan(fixture, mesh, yaw)
    half: Array = (plan.max(axis=0) - plan.min(axis=0)) / 2
    return half


def _plan(fixture: FixtureSpec, mesh: TriangleMesh, yaw: float) -> Array:
    """Return the vertices' x and y (V, 2) after a turn about z."""
    cos, sin = math.cos(yaw), math.sin(yaw)
    turned: Array = fixture.scale * mesh.vertices[:, :2] @ np.array([[cos, sin], [-sin, cos]])
    return turned


def _standing(fixture: FixtureSpec, mesh: TriangleMesh, yaw: float, center: Array) -> Pose:
    """Return the pose that stands a piece on the floor with its footprint's middle at `center`."""
    plan = _plan(fixture, mesh, yaw)
    x, y = center - (plan.min(axis=0) + plan.max(axis=0)) / 2
    z = -fixture.scale * float(mesh.bounds[0][2])
    quaternion = (math.cos(yaw / 2), 0.0, 0.0, math.sin(yaw / 2))
    return Pose(translation=(float(x), float(y), z), quaternion=quaternion)
