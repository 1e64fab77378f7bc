"""Draws the lamps and the light from all around."""

from __future__ import annotations

import math

import numpy as np

from ..asset_catalog import AssetCatalog
from ..colors import linear_from_hsv, linear_from_kelvin
from ..distributions import draw_integer
from ..random_streams import random_stream
from ..recipe.lighting import EnvironmentRecipe, LightsRecipe
from ..recipe.recipe import Recipe
from ..scene_spec import EnvironmentSpec, LightSpec, Vector

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
