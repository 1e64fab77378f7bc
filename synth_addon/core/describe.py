"""What a dataset will say about itself, from the recipe that makes it."""

from __future__ import annotations

from .. import __version__
from .asset_catalog import AssetCatalog
from .dataset.info import Category, DatasetInfo, OutputOptions
from .recipe.loading import recipe_hash
from .recipe.recipe import Recipe
from .semantics import semantic_classes


def dataset_info(recipe: Recipe, catalog: AssetCatalog, renderer: str) -> DatasetInfo:
    """Return the content of ``dataset.json``.

    Args:
        renderer: `Renderer.version`.
    """
    portable = recipe.portable()
    if digests := catalog.digests():
        portable["assets"] = digests
    names = enumerate(recipe.category_names, start=1)
    categories = tuple(Category(id=number, name=name) for number, name in names)
    return DatasetInfo(
        synth_version=__version__,
        renderer=renderer,
        recipe=portable,
        recipe_hash=recipe_hash(recipe),
        categories=categories,
        semantic_classes=semantic_classes(categories) if recipe.outputs.semantic else (),
        width=recipe.camera.width_px,
        height=recipe.camera.height_px,
        views_per_scene=recipe.views_per_scene,
        outputs=OutputOptions.model_validate(recipe.outputs.model_dump()),
    )
