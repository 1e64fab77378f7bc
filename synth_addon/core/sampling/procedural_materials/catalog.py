"""All materials that imitate a real one, by the name that recipes call them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from ...material_spec import MaterialSpec, ProceduralKind
from .masonry import draw_brick, draw_tile
from .smooth import draw_ceramic, draw_metal, draw_plastic
from .stone import draw_concrete, draw_marble
from .textile import draw_carpet, draw_fabric
from .wood import draw_wood


class DrawMaterial(Protocol):
    """Draws one material.

    Args:
        scale: factor on the pattern's natural size.
        large: whether it is for a room's surface, on which other sizes are natural than on things.
    """

    def __call__(self, rng: np.random.Generator, scale: float, *, large: bool) -> MaterialSpec:
        """Return the material."""


IMITATIONS: Mapping[ProceduralKind, DrawMaterial] = {
    "wood": draw_wood,
    "marble": draw_marble,
    "brick": draw_brick,
    "tile": draw_tile,
    "carpet": draw_carpet,
    "concrete": draw_concrete,
    "fabric": draw_fabric,
    "metal": draw_metal,
    "plastic": draw_plastic,
    "ceramic": draw_ceramic,
}
