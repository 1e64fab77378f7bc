"""Draws the light from all around, and what the camera sees in its place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import numpy as np

from ..asset_catalog import AssetCatalog
from ..colors import linear_from_hsv, linear_from_kelvin
from ..distributions import draw_integer
from ..light_spec import (
    BackdropSpec,
    EnvironmentKind,
    EnvironmentSpec,
    GradientSpec,
    LightSpec,
    SkySpec,
    SoftBoxSpec,
    StudioSpec,
)
from ..random_streams import random_stream
from ..recipe.environment import (
    BackdropRecipe,
    EnvironmentRecipe,
    GradientRecipe,
    SkyRecipe,
    StudioRecipe,
)
from ..recipe.recipe import Recipe
from ..sky import sky_exposure, sun_lamp
from ..spec import Vector


def sample_environment(
    recipe: Recipe, catalog: AssetCatalog, scene: int, *, through_windows: bool
) -> EnvironmentSpec:
    """Draw the light from all around.

    Kinds that need files are left out of the draw where the catalog has none.

    Args:
        through_windows: whether the light reaches the scene through windows alone.
    """
    environment = recipe.environment
    kinds = environment.kind if catalog.hdris else environment.kind.without("hdri")
    kind = kinds.draw(random_stream(recipe.seed, scene, "environment kind"))
    rng = random_stream(recipe.seed, scene, "environment")
    indoors = random_stream(recipe.seed, scene, "indoor factor")
    factor = environment.indoor_factor.draw(indoors) if through_windows else 1.0
    common = EnvironmentSpec(
        kind=cast("EnvironmentKind", kind),
        strength=environment.strength.draw(rng) * factor,
        rotation=math.radians(environment.rotation_deg.draw(rng)),
        backdrop=_sample_backdrop(recipe, catalog, scene),
    )
    if kind == "hdri":
        return common.model_copy(update={"file": _one_of(catalog.hdris, rng)})
    if kind == "color":
        return common.model_copy(update={"color": _color(environment, rng)})
    own = random_stream(recipe.seed, scene, kind)
    if kind == "sky":
        return common.model_copy(update={"sky": _sample_sky(environment.sky, own)})
    if kind == "studio":
        return common.model_copy(update={"studio": _sample_studio(environment.studio, own)})
    return common.model_copy(update={"gradient": _sample_gradient(environment.gradient, own)})


def sky_lamps(recipe: Recipe, environment: EnvironmentSpec) -> tuple[LightSpec, ...]:
    """Return the sky's sun as a lamp, where the engine does not show it in the sky."""
    if environment.sky is None or recipe.render.engine != "EEVEE":
        return ()
    return (sun_lamp(environment.sky, environment.strength, environment.rotation),)


def _sample_backdrop(recipe: Recipe, catalog: AssetCatalog, scene: int) -> BackdropSpec | None:
    if not recipe.environment.hide_from_camera:
        return None
    backdrop = recipe.environment.backdrop
    kinds = backdrop.kind if catalog.photos else backdrop.kind.without("photo")
    rng = random_stream(recipe.seed, scene, "backdrop")
    kind = kinds.draw(rng)
    strength = backdrop.strength.draw(rng)
    color = _scaled(_color(backdrop, rng), strength)
    file = _one_of(catalog.photos, rng) if kind == "photo" else None
    return BackdropSpec(color=color, file=file, strength=strength)


def _sample_sky(sky: SkyRecipe, rng: np.random.Generator) -> SkySpec:
    elevation = math.radians(sky.sun_elevation_deg.draw(rng))
    exposure = sky_exposure(elevation)
    ground = linear_from_hsv(0.0, 0.0, sky.ground_value.draw(rng))
    return SkySpec(
        sun_elevation=elevation,
        sun_size=math.radians(sky.sun_size_deg.draw(rng)),
        sun_intensity=sky.sun_intensity.draw(rng),
        air=sky.air.draw(rng),
        dust=sky.dust.draw(rng),
        exposure=exposure.factor,
        ground=_scaled(ground, exposure.white_ground),
    )


def _sample_studio(studio: StudioRecipe, rng: np.random.Generator) -> StudioSpec:
    surround = linear_from_hsv(0.0, 0.0, studio.surround_value.draw(rng))
    count = draw_integer(studio.count, rng)
    return StudioSpec(
        surround=surround, boxes=tuple(_sample_box(studio, rng) for _ in range(count))
    )


def _sample_box(studio: StudioRecipe, rng: np.random.Generator) -> SoftBoxSpec:
    white = linear_from_kelvin(studio.temperature_k.draw(rng))
    return SoftBoxSpec(
        elevation=math.radians(studio.elevation_deg.draw(rng)),
        azimuth=math.radians(studio.azimuth_deg.draw(rng)),
        width=math.radians(studio.width_deg.draw(rng)),
        height=math.radians(studio.height_deg.draw(rng)),
        radiance=_scaled(white, studio.strength.draw(rng)),
        softness=studio.softness.draw(rng),
    )


def _sample_gradient(gradient: GradientRecipe, rng: np.random.Generator) -> GradientSpec:
    return GradientSpec(
        low=_color(gradient, rng),
        high=_color(gradient, rng),
        tilt=math.radians(gradient.tilt_deg.draw(rng)),
    )


def _color(
    ranges: EnvironmentRecipe | GradientRecipe | BackdropRecipe, rng: np.random.Generator
) -> Vector:
    return linear_from_hsv(
        ranges.hue.draw(rng), ranges.saturation.draw(rng), ranges.value.draw(rng)
    )


def _scaled(color: Vector, factor: float) -> Vector:
    return (factor * color[0], factor * color[1], factor * color[2])


def _one_of(files: Sequence[str], rng: np.random.Generator) -> str:
    return files[int(rng.integers(len(files)))]
