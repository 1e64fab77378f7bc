"""Draws materials."""

from __future__ import annotations

import numpy as np

from ..asset_catalog import AssetCatalog
from ..colors import linear_from_hsv
from ..recipe.materials import MaterialRecipe
from ..scene_spec import MaterialSpec, TextureSpec


def sample_material(
    recipe: MaterialRecipe, catalog: AssetCatalog, rng: np.random.Generator
) -> MaterialSpec:
    """Draw one material."""
    color = linear_from_hsv(
        recipe.hue.draw(rng), recipe.saturation.draw(rng), recipe.value.draw(rng)
    )
    return MaterialSpec(
        base_color=color,
        metallic=recipe.metallic.draw(rng),
        roughness=recipe.roughness.draw(rng),
        transmission=recipe.transmission.draw(rng),
        ior=recipe.ior.draw(rng),
        texture=_sample_texture(recipe, catalog, rng),
    )


def _sample_texture(
    recipe: MaterialRecipe, catalog: AssetCatalog, rng: np.random.Generator
) -> TextureSpec | None:
    if recipe.texture is None:
        return None
    sets = catalog.textures[recipe.texture]
    chosen = sets[int(rng.integers(len(sets)))]
    return chosen.model_copy(update={"size_m": recipe.texture_size_m.draw(rng)})
