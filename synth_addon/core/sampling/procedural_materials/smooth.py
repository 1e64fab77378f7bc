"""Metal, plastic and ceramic: even colours whose gloss tells them apart."""

from __future__ import annotations

import numpy as np

from ...material_spec import MaterialSpec, ProceduralSpec
from .ranges import any_turn, between, hsv, offset, one_of, varied

_METALS = (
    (0.58, 0.03, 0.78),  # steel
    (0.60, 0.01, 0.92),  # aluminium
    (0.60, 0.06, 0.55),  # iron
    (0.12, 0.45, 0.85),  # brass
    (0.05, 0.50, 0.87),  # copper
    (0.11, 0.60, 0.95),  # gold
)


def draw_metal(rng: np.random.Generator, scale: float, *, large: bool) -> MaterialSpec:
    """Draw brushed metal with stains."""
    hue, saturation, value = varied(rng, one_of(rng, _METALS), 0.03)
    color = hsv(hue, saturation, value)
    metal = ProceduralSpec(
        kind="metal",
        colors=(color, hsv(hue, saturation, 0.85 * value), hsv(hue, saturation, 0.6 * value)),
        scale_m=scale * between(rng, 0.0006, 0.0015),
        rotation=any_turn(rng),
        offset=offset(rng),
        distortion=between(rng, 0.0, 1.0),
        variation=between(rng, 0.2, 1.0),
        bump_m=between(rng, 0.00002, 0.00008),
    )
    roughness = between(rng, 0.15, 0.45)
    return MaterialSpec(base_color=color, metallic=1.0, roughness=roughness, procedural=metal)


def draw_plastic(rng: np.random.Generator, scale: float, *, large: bool) -> MaterialSpec:
    """Draw moulded plastic: any colour, from glossy to finely grained."""
    hue, saturation = between(rng, 0, 1), between(rng, 0, 0.95)
    value = between(rng, 0.08, 0.9)
    color = hsv(hue, saturation, value)
    grain = between(rng, 0, 1)
    plastic = ProceduralSpec(
        kind="plastic",
        colors=(color, hsv(hue, saturation, 0.96 * value), color),
        scale_m=scale * between(rng, 0.0008, 0.002),
        rotation=any_turn(rng),
        offset=offset(rng),
        variation=grain,
        bump_m=grain * 0.00015,
    )
    roughness = 0.12 + 0.4 * grain
    return MaterialSpec(base_color=color, roughness=roughness, ior=1.5, procedural=plastic)


def draw_ceramic(rng: np.random.Generator, scale: float, *, large: bool) -> MaterialSpec:
    """Draw glazed stoneware or porcelain, with specks in half of the draws."""
    hue, saturation = between(rng, 0, 1), between(rng, 0, 0.15)
    value = between(rng, 0.75, 0.93)
    if rng.random() < 0.5:
        saturation, value = between(rng, 0.2, 0.6), between(rng, 0.25, 0.7)
    color = hsv(hue, saturation, value)
    specked = float(rng.random() < 0.5)
    ceramic = ProceduralSpec(
        kind="ceramic",
        colors=(color, hsv(hue + 0.03, saturation + 0.08, 0.8 * value), hsv(0.07, 0.5, 0.2)),
        scale_m=scale * (between(rng, 0.3, 0.8) if large else between(rng, 0.04, 0.1)),
        rotation=any_turn(rng),
        offset=offset(rng),
        distortion=between(rng, 0.1, 0.5) if large else between(rng, 0.2, 1.0),
        variation=specked * between(rng, 0.4, 1.0),
        bump_m=between(rng, 0.0, 0.0003),
    )
    return MaterialSpec(base_color=color, roughness=between(rng, 0.04, 0.18), procedural=ceramic)
