"""Carpet and woven fabric."""

from __future__ import annotations

import numpy as np

from ...material_spec import MaterialSpec, ProceduralSpec
from .ranges import between, hsv, offset


def draw_carpet(rng: np.random.Generator, scale: float, *, large: bool) -> MaterialSpec:
    """Draw a tufted carpet with worn patches."""
    hue, saturation = between(rng, 0, 1), between(rng, 0.05, 0.6)
    value = between(rng, 0.25, 0.75)
    color = hsv(hue, saturation, value)
    carpet = ProceduralSpec(
        kind="carpet",
        colors=(color, hsv(hue + 0.02, saturation, 0.6 * value), hsv(hue, saturation, 0.3 * value)),
        scale_m=scale * (between(rng, 0.004, 0.008) if large else between(rng, 0.002, 0.004)),
        offset=offset(rng),
        distortion=between(rng, 0.5, 1.0),
        variation=between(rng, 0.4, 1.0),
        bump_m=scale * between(rng, 0.002, 0.004),
    )
    return MaterialSpec(base_color=color, roughness=1.0, procedural=carpet)


def draw_fabric(rng: np.random.Generator, scale: float, *, large: bool) -> MaterialSpec:
    """Draw a plain weave, with a band every few threads in half of the draws."""
    hue, saturation = between(rng, 0, 1), between(rng, 0.1, 0.75)
    value = between(rng, 0.3, 0.85)
    color = hsv(hue, saturation, value)
    other = hsv(hue + between(rng, 0.3, 0.7), between(rng, 0, 0.6), between(rng, 0.2, 0.9))
    banded = float(rng.random() < 0.5)
    fabric = ProceduralSpec(
        kind="fabric",
        colors=(color, other, hsv(hue, saturation, 0.35 * value)),
        scale_m=scale * (between(rng, 0.003, 0.006) if large else between(rng, 0.0015, 0.003)),
        rotation=(0.0, 0.0, between(rng, 0, np.pi)),
        offset=offset(rng),
        distortion=between(rng, 0.1, 0.4),
        variation=banded * between(rng, 0.5, 1.0),
        bump_m=scale * between(rng, 0.0004, 0.001),
    )
    return MaterialSpec(base_color=color, roughness=between(rng, 0.8, 1.0), procedural=fabric)
