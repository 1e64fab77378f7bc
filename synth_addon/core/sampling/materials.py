"""Draws materials."""

from __future__ import annotations

import math

import numpy as np

from ..asset_catalog import AssetCatalog
from ..colors import linear_from_hsv
from ..distributions import weighted_index
from ..material_spec import MaterialSpec, ProceduralKind, ProceduralSpec, TextureSpec
from ..random_streams import stream_within
from ..recipe.materials import MaterialKind, MaterialRecipe
from ..spec import Vector
from .procedural_materials.catalog import IMITATIONS
from .procedural_materials.ranges import any_turn, between, offset


def sample_material(
    recipe: MaterialRecipe,
    catalog: AssetCatalog,
    rng: np.random.Generator,
    *,
    large: bool = False,
) -> MaterialSpec:
    """Draw one material.

    Plain values and texture sets come from `rng` itself; which kind it is, and the numbers of the
    other kinds, come from streams within it, so that they move nothing else.

    Args:
        large: whether it is for a room's surface.
    """
    plain = _sample_plain(recipe, rng)
    kind = _sample_kind(recipe, catalog, stream_within(rng, "kind of material"))
    if kind == "plain":
        return plain
    if kind == "texture":
        return plain.model_copy(update={"texture": _sample_texture(recipe, catalog, rng)})
    own = stream_within(rng, kind)
    if kind == "photo":
        return plain.model_copy(update={"texture": _sample_photo(recipe, catalog, own)})
    if kind in IMITATIONS:
        scale = recipe.pattern_scale.draw(own)
        return IMITATIONS[kind](own, scale, large=large)
    return plain.model_copy(update={"procedural": _sample_pattern(recipe, kind, plain, own)})


def _sample_plain(recipe: MaterialRecipe, rng: np.random.Generator) -> MaterialSpec:
    return MaterialSpec(
        base_color=_sample_color(recipe, rng),
        metallic=recipe.metallic.draw(rng),
        roughness=recipe.roughness.draw(rng),
        transmission=recipe.transmission.draw(rng),
        ior=recipe.ior.draw(rng),
    )


def _sample_color(recipe: MaterialRecipe, rng: np.random.Generator) -> Vector:
    return linear_from_hsv(
        recipe.hue.draw(rng), recipe.saturation.draw(rng), recipe.value.draw(rng)
    )


def _sample_kind(
    recipe: MaterialRecipe, catalog: AssetCatalog, rng: np.random.Generator
) -> MaterialKind:
    """Draw a kind; in the order of their names, because a JSON object has none."""
    weights = sorted(recipe.drawable(catalog.folders).items())
    return weights[weighted_index(tuple(weight for _, weight in weights), rng)][0]


def _sample_texture(
    recipe: MaterialRecipe, catalog: AssetCatalog, rng: np.random.Generator
) -> TextureSpec:
    assert recipe.texture is not None
    sets = catalog.textures[recipe.texture]
    chosen = sets[int(rng.integers(len(sets)))]
    size = recipe.texture_size_m.draw(rng)
    turn = recipe.texture_rotation_deg.draw(stream_within(rng, "texture rotation"))
    changes: dict[str, object] = {"size_m": size, "rotation": math.radians(turn)}
    if recipe.displacement == "off":
        changes["displacement"] = None
    else:
        changes["displacement_method"] = recipe.displacement
        height = recipe.displacement_m.draw(stream_within(rng, "displacement"))
        changes["displacement_m"] = height
    return chosen.model_copy(update=changes)


def _sample_photo(
    recipe: MaterialRecipe, catalog: AssetCatalog, rng: np.random.Generator
) -> TextureSpec:
    assert recipe.photo is not None
    files = catalog.material_photos[recipe.photo]
    chosen = files[int(rng.integers(len(files)))]
    return TextureSpec(color=chosen, size_m=recipe.photo_size_m.draw(rng))


def _sample_pattern(
    recipe: MaterialRecipe, kind: ProceduralKind, plain: MaterialSpec, rng: np.random.Generator
) -> ProceduralSpec:
    """Draw a pattern of three colours from the recipe's ranges, which imitates nothing."""
    scale = recipe.pattern_scale.draw(rng)
    return ProceduralSpec(
        kind=kind,
        colors=(plain.base_color, _sample_color(recipe, rng), _sample_color(recipe, rng)),
        scale_m=scale * math.exp(between(rng, math.log(0.01), math.log(0.2))),
        rotation=any_turn(rng),
        offset=offset(rng),
        distortion=between(rng, 0, 3),
        variation=between(rng, 0, 1),
    )
