"""Settled scenes for benchmarks, made exactly as the job makes them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.asset_catalog import catalog_assets
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.core.scene_spec import SettledScene
from synth_addon.core.settling import settle_scene
from synth_addon.core.timing import PartTimes


def settled_preset(
    preset: str, scene: int, overrides: Mapping[str, object]
) -> tuple[SettledScene, BlenderRenderer]:
    """Return one settled scene of a preset and the renderer that settled it."""
    texts = [f"{path}={json.dumps(value)}" for path, value in overrides.items()]
    loaded = load_recipe(preset, texts)
    catalog = catalog_assets(loaded)
    renderer = BlenderRenderer(catalog.paths)
    settled, _ = settle_scene(loaded.recipe, catalog, renderer, scene, PartTimes())
    return settled, renderer
