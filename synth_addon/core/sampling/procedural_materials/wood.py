"""Solid wood for things, planks for floors and walls."""

from __future__ import annotations

import math

import numpy as np

from ...material_spec import MaterialSpec, ProceduralSpec
from .ranges import between, hsv, offset, one_of, varied

_SORTS = (
    (0.075, 0.50, 0.72),  # pine, oak
    (0.065, 0.58, 0.55),  # teak
    (0.045, 0.60, 0.38),  # walnut
    (0.025, 0.66, 0.42),  # cherry, mahogany
    (0.095, 0.32, 0.80),  # birch, ash
)


def draw_wood(rng: np.random.Generator, scale: float, *, large: bool) -> MaterialSpec:
    """Draw wood: rings in space, or planks where the surface is a room's."""
    hue, saturation, value = varied(rng, one_of(rng, _SORTS), 0.06)
    light, dark = hsv(hue, saturation, value), hsv(hue - 0.01, saturation + 0.1, 0.62 * value)
    length, width = between(rng, 0.7, 1.8), between(rng, 0.07, 0.19)
    ring = between(rng, 0.007, 0.018)
    quarter = math.pi / 2 * int(rng.integers(2))
    tilt = (between(rng, -0.1, 0.1), between(rng, -0.1, 0.1), quarter)
    wood = ProceduralSpec(
        kind="wood",
        colors=(light, dark, hsv(hue, saturation, 0.25 * value)),
        scale_m=scale * (length if large else ring),
        aspect=width / length if large else 1.0,
        gap_m=scale * between(rng, 0.001, 0.003) if large else 0.0,
        rotation=(0.0, 0.0, quarter) if large else tilt,
        offset=offset(rng),
        distortion=between(rng, 0.4, 1.4),
        variation=between(rng, 0.15, 0.5),
        bump_m=between(rng, 0.0001, 0.0004),
    )
    roughness = between(rng, 0.3, 0.65)
    return MaterialSpec(base_color=light, roughness=roughness, procedural=wood)
