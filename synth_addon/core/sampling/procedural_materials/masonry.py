"""Bricks and tiles: rows of units with joints between them."""

from __future__ import annotations

import numpy as np

from ...material_spec import MaterialSpec, ProceduralSpec
from .ranges import between, hsv, offset, one_of, varied

_BRICKS = (
    (0.025, 0.62, 0.52),  # red
    (0.045, 0.55, 0.40),  # brown
    (0.100, 0.40, 0.66),  # yellow
    (0.080, 0.06, 0.78),  # painted white
    (0.600, 0.06, 0.36),  # grey
)


def draw_brick(rng: np.random.Generator, scale: float, *, large: bool) -> MaterialSpec:
    """Draw brickwork in running bond, of the size of real bricks."""
    hue, saturation, value = varied(rng, one_of(rng, _BRICKS), 0.05)
    color = hsv(hue, saturation, value)
    length = between(rng, 0.19, 0.25)
    brick = ProceduralSpec(
        kind="brick",
        colors=(
            color,
            hsv(hue + between(rng, -0.015, 0.015), saturation, between(rng, 0.55, 0.75) * value),
            hsv(0.09, between(rng, 0.02, 0.15), between(rng, 0.35, 0.8)),
        ),
        scale_m=scale * length,
        aspect=between(rng, 0.06, 0.075) / length,
        gap_m=scale * between(rng, 0.008, 0.013),
        offset=offset(rng),
        distortion=between(rng, 0.3, 1.0),
        variation=between(rng, 0.4, 1.0),
        bump_m=scale * between(rng, 0.003, 0.007),
    )
    return MaterialSpec(base_color=color, roughness=between(rng, 0.75, 0.95), procedural=brick)


def draw_tile(rng: np.random.Generator, scale: float, *, large: bool) -> MaterialSpec:
    """Draw glazed tiles in a grid; small things are tiled with mosaic."""
    hue = between(rng, 0, 1)
    saturation, value = between(rng, 0, 0.12), between(rng, 0.7, 0.92)
    if rng.random() < 0.5:
        saturation, value = between(rng, 0.25, 0.7), between(rng, 0.3, 0.75)
    color = hsv(hue, saturation, value)
    length = between(rng, 0.1, 0.6) if large else between(rng, 0.012, 0.035)
    grout = hsv(0.1, between(rng, 0, 0.1), between(rng, 0.25, 0.85))
    tile = ProceduralSpec(
        kind="tile",
        colors=(color, hsv(hue + between(rng, -0.04, 0.04), saturation, 0.8 * value), grout),
        scale_m=scale * length,
        aspect=(1.0, 1.0, 0.5)[int(rng.integers(3))],
        gap_m=scale * min(between(rng, 0.002, 0.005), 0.08 * length),
        rotation=(0.0, 0.0, (0.0, 0.0, np.pi / 4)[int(rng.integers(3))]),
        offset=offset(rng),
        variation=between(rng, 0, 0.8),
        bump_m=scale * min(0.0015, 0.04 * length),
    )
    return MaterialSpec(base_color=color, roughness=between(rng, 0.08, 0.4), procedural=tile)
