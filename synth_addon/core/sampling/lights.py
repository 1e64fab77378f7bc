"""Draws lamps, and keeps them inside the room and out of the objects' way."""

from __future__ import annotations

import math
from typing import cast

import numpy as np

from ..colors import linear_from_hsv, linear_from_kelvin
from ..directions import on_sphere
from ..distributions import draw_integer
from ..light_spec import LightKind, LightSpec
from ..random_streams import random_stream
from ..recipe.lighting import LightsRecipe
from ..recipe.physics import SpawnRecipe
from ..recipe.recipe import Recipe
from ..spec import Vector

_WALL_GAP_M = 0.05
_SPAWN_GAP_M = 0.1


def sample_lights(recipe: Recipe, scene: int, room_size: Vector | None) -> tuple[LightSpec, ...]:
    """Draw the lamps of all groups.

    Each lamp has random streams of its own, named by its group, so that neither more lamps nor
    another group move any.

    Args:
        room_size: of a closed room around the origin; None where there are no walls.
    """
    groups = {"": recipe.lights} | dict(sorted(recipe.more_lights.items()))
    return tuple(
        lamp
        for name, lights in groups.items()
        for lamp in _sample_group(recipe, name, lights, scene, room_size)
    )


def _sample_group(
    recipe: Recipe, name: str, lights: LightsRecipe, scene: int, room_size: Vector | None
) -> list[LightSpec]:
    of_group = f" of {name}" if name else ""
    rng = random_stream(recipe.seed, scene, f"count of lights{of_group}")
    lamps = []
    for number in range(draw_integer(lights.count, rng)):
        lamp = _sample_light(lights, recipe.seed, scene, f"light {number}{of_group}")
        if lamp.kind != "sun":
            position = _above_spawn(lamp.position, recipe.spawn)
            if room_size is not None:
                position = _inside(position, lamp, room_size)
            lamp = lamp.model_copy(update={"position": position})
        lamps.append(lamp)
    return lamps


def _sample_light(lights: LightsRecipe, seed: int, scene: int, aspect: str) -> LightSpec:
    rng = random_stream(seed, scene, aspect)
    on_shell = on_sphere(
        lights.radius_m.draw(rng),
        math.radians(lights.elevation_deg.draw(rng)),
        math.radians(lights.azimuth_deg.draw(rng)),
    )
    kind = cast("LightKind", lights.kind.draw(random_stream(seed, scene, f"{aspect} kind")))
    energy = lights.energy.draw(rng)
    white = linear_from_kelvin(lights.temperature_k.draw(rng))
    size_m = lights.size_m.draw(rng)
    tint = _sample_tint(lights, random_stream(seed, scene, f"{aspect} tint"))
    beam = random_stream(seed, scene, f"{aspect} beam")
    if kind == "sun" and lights.sun_energy is not None:
        energy = lights.sun_energy.draw(random_stream(seed, scene, f"{aspect} sun energy"))
    return LightSpec(
        kind=kind,
        position=_sample_position(lights, on_shell, random_stream(seed, scene, f"{aspect} region")),
        target=lights.center_m,
        energy=energy,
        color=_times(white, tint),
        size_m=size_m,
        angle=_sample_angle(lights, kind, beam),
        blend=lights.spot_blend.draw(beam),
    )


def _sample_position(lights: LightsRecipe, on_shell: Vector, rng: np.random.Generator) -> Vector:
    if lights.region is not None:
        region = lights.region
        return region.x_m.draw(rng), region.y_m.draw(rng), region.z_m.draw(rng)
    x, y, z = np.add(on_shell, lights.center_m).tolist()
    return x, y, z


def _sample_tint(lights: LightsRecipe, rng: np.random.Generator) -> Vector:
    return linear_from_hsv(lights.hue.draw(rng), lights.saturation.draw(rng), 1.0)


def _sample_angle(lights: LightsRecipe, kind: LightKind, rng: np.random.Generator) -> float:
    """Return the spot's cone or the sun's size; both are drawn, whichever kind it is."""
    spot, sun = lights.spot_deg.draw(rng), lights.sun_angle_deg.draw(rng)
    return math.radians({"spot": spot, "sun": sun}.get(kind, 0.0))


def _times(one: Vector, other: Vector) -> Vector:
    r, g, b = np.multiply(one, other).tolist()
    return r, g, b


def _above_spawn(position: Vector, spawn: SpawnRecipe) -> Vector:
    """Raise a position among objects that start over the floor to just above them."""
    if spawn.on:
        return position
    x, y, z = position
    (low_x, high_x), (low_y, high_y) = spawn.x_m.support(), spawn.y_m.support()
    low, high = spawn.height_m.support()
    gap = _SPAWN_GAP_M
    beside = not (low_x - gap < x < high_x + gap and low_y - gap < y < high_y + gap)
    return position if beside or z < low - gap else (x, y, max(z, high + gap))


def _inside(position: Vector, lamp: LightSpec, room_size: Vector) -> Vector:
    """Move a position into the room, so that the lamp's own size fits too."""
    width, depth, height = room_size
    reach = lamp.size_m / 2 if lamp.kind == "area" else lamp.size_m
    middle, half = np.array([0, 0, height / 2]), np.array([width, depth, height]) / 2
    free = np.maximum(half - reach - _WALL_GAP_M, 0.0)
    x, y, z = np.clip(position, middle - free, middle + free).tolist()
    return x, y, z
