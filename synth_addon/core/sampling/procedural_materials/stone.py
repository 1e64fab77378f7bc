"""Marble and concrete: patterns in space."""

from __future__ import annotations

import numpy as np

from ...material_spec import MaterialSpec, ProceduralSpec
from .ranges import any_turn, between, hsv, offset, varied

_MARBLES = (
    ((0.10, 0.03, 0.90), (0.60, 0.05, 0.45)),  # white with grey veins
    ((0.10, 0.14, 0.84), (0.07, 0.40, 0.45)),  # cream with brown veins
    ((0.60, 0.04, 0.62), (0.10, 0.02, 0.90)),  # grey with white veins
    ((0.40, 0.45, 0.22), (0.30, 0.12, 0.75)),  # dark green
    ((0.60, 0.10, 0.09), (0.10, 0.08, 0.80)),  # black
    ((0.02, 0.40, 0.55), (0.06, 0.10, 0.88)),  # red
)


def draw_marble(rng: np.random.Generator, scale: float, *, large: bool) -> MaterialSpec:
    """Draw polished marble; small things get a finer pattern, so that it shows."""
    body, vein = _MARBLES[int(rng.integers(len(_MARBLES)))]
    color = hsv(*varied(rng, body, 0.04))
    size = between(rng, 0.5, 1.2) if large else between(rng, 0.08, 0.2)
    marble = ProceduralSpec(
        kind="marble",
        colors=(color, hsv(body[0], body[1] + 0.05, 0.82 * body[2]), hsv(*varied(rng, vein, 0.08))),
        scale_m=scale * size,
        rotation=any_turn(rng),
        offset=offset(rng),
        distortion=between(rng, 0.5, 1.2),
        variation=between(rng, 0.5, 1.0),
    )
    return MaterialSpec(base_color=color, roughness=between(rng, 0.06, 0.3), procedural=marble)


def draw_concrete(rng: np.random.Generator, scale: float, *, large: bool) -> MaterialSpec:
    """Draw concrete: blotches of two greys, with pits."""
    hue, saturation, value = varied(rng, (0.1, 0.05, 0.58), 0.04)
    value += between(rng, -0.12, 0.12)
    color = hsv(hue, saturation, value)
    concrete = ProceduralSpec(
        kind="concrete",
        colors=(color, hsv(hue, saturation, 0.78 * value), hsv(hue, saturation, 0.4 * value)),
        scale_m=scale * (between(rng, 0.4, 1.0) if large else between(rng, 0.1, 0.3)),
        rotation=any_turn(rng),
        offset=offset(rng),
        variation=between(rng, 0.4, 1.0),
        bump_m=between(rng, 0.0008, 0.002),
    )
    return MaterialSpec(base_color=color, roughness=between(rng, 0.7, 0.95), procedural=concrete)
