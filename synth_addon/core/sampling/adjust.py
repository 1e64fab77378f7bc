"""Draws changes to the materials that a file brought."""

from __future__ import annotations

import math

import numpy as np

from ..material_spec import AdjustSpec
from ..recipe.adjust import AdjustRecipe


def sample_adjust(recipe: AdjustRecipe, rng: np.random.Generator) -> AdjustSpec:
    """Draw one object's changes."""
    drawn = {
        name: distribution.draw(rng) for name, distribution in recipe if distribution is not None
    }
    rotation = math.radians(drawn.pop("texture_rotation_deg"))
    return AdjustSpec(**drawn, texture_rotation=rotation)
