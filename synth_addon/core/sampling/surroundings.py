"""Draws the room, the lamps and the light from all around."""

from __future__ import annotations

import math

import numpy as np

from ..asset_catalog import AssetCatalog
from ..colors import linear_from_hsv, linear_from_kelvin
from ..distributions import draw_integer
from ..random_streams import random_stream
from ..recipe.lighting import EnvironmentRecipe, LightsRecipe
from ..recipe.recipe import Recipe
from ..scene_spec import EnvironmentSpec, LightSpec, MaterialSpec, SurfaceSpec, Vector
from .materials import sample_material

WALL_THICKNESS_M = 0.2
_SPOT_ANGLE = math.radians(60)
_SUN_ANGLE = math.radians(0.53)


def on_sphere(radius: float, elevation: float, azimuth: float) -> Vector:
    """Return the point at `radius` metres, `elevation` above the xy plane; angles in radians."""
    horizontal = radius * math.cos(elevation)
    return (
        horizontal * math.cos(azimuth),
        horizontal * math.sin(azimuth),
        radius * math.sin(elevation),
    )


def sample_surfaces(recipe: Recipe, catalog: AssetCatalog, scene: int) -> tuple[SurfaceSpec, ...]:
    """Draw the room as slabs whose inner faces lie on the room's box, the floor's at height 0."""
    room = recipe.room
    if not room.enabled:
        return ()
    rng = random_stream(recipe.seed, scene, "room")
    size = (room.width_m.draw(rng), room.depth_m.draw(rng), room.height_m.draw(rng))
    floor = sample_material(room.floor, catalog, random_stream(recipe.seed, scene, "floor"))
    if room.floor_only:
        return _slabs(size, floor, floor, floor)[:1]
    walls = sample_material(room.walls, catalog, random_stream(recipe.seed, scene, "walls"))
    ceiling = sample_material(room.ceiling, catalog, random_stream(recipe.seed, scene, "ceiling"))
    return _slabs(size, floor, walls, ceiling)


def _slabs(
    size: Vector, floor: MaterialSpec, walls: MaterialSpec, ceiling: MaterialSpec
) -> tuple[SurfaceSpec, ...]:
    width, depth, height = size
    t = WALL_THICKNESS_M
    outer = (width + 2 * t, depth + 2 * t, t)
    x, y = (width + t) / 2, (depth + t) / 2
    sides = {
        "wall_x_min": ((-x, 0.0, height / 2), (t, depth, height)),
        "wall_x_max": ((x, 0.0, height / 2), (t, depth, height)),
        "wall_y_min": ((0.0, -y, height / 2), (width + 2 * t, t, height)),
        "wall_y_max": ((0.0, y, height / 2), (width + 2 * t, t, height)),
    }
    return (
        SurfaceSpec(name="floor", center=(0.0, 0.0, -t / 2), size=outer, material=floor),
        *(SurfaceSpec(name=n, center=c, size=s, material=walls) for n, (c, s) in sides.items()),
        SurfaceSpec(
            name="ceiling", center=(0.0, 0.0, height + t / 2), size=outer, material=ceiling
        ),
    )


def sample_lights(recipe: Recipe, scene: int) -> tuple[LightSpec, ...]:
    """Draw the lamps; each has a random stream of its own, so that more lamps move none."""
    count = draw_integer(recipe.lights.count, random_stream(recipe.seed, scene, "count of lights"))
    return tuple(
        _sample_light(recipe.lights, random_stream(recipe.seed, scene, f"light {i}"))
        for i in range(count)
    )


def _sample_light(lights: LightsRecipe, rng: np.random.Generator) -> LightSpec:
    position = on_sphere(
        lights.radius_m.draw(rng),
        math.radians(lights.elevation_deg.draw(rng)),
        math.radians(lights.azimuth_deg.draw(rng)),
    )
    return LightSpec(
        kind=lights.kind,
        position=position,
        target=(0.0, 0.0, 0.0),
        energy=lights.energy.draw(rng),
        color=linear_from_kelvin(lights.temperature_k.draw(rng)),
        size_m=lights.size_m.draw(rng),
        angle={"spot": _SPOT_ANGLE, "sun": _SUN_ANGLE}.get(lights.kind, 0.0),
    )


def sample_environment(recipe: Recipe, catalog: AssetCatalog, scene: int) -> EnvironmentSpec:
    """Draw the light from all around."""
    rng = random_stream(recipe.seed, scene, "environment")
    environment: EnvironmentRecipe = recipe.environment
    strength = environment.strength.draw(rng)
    rotation = math.radians(environment.rotation_deg.draw(rng))
    if environment.kind == "hdri":
        file = catalog.hdris[int(rng.integers(len(catalog.hdris)))]
        return EnvironmentSpec(kind="hdri", file=file, strength=strength, rotation=rotation)
    color = linear_from_hsv(
        environment.hue.draw(rng), environment.saturation.draw(rng), environment.value.draw(rng)
    )
    return EnvironmentSpec(color=color, strength=strength, rotation=rotation)
