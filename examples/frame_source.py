"""Where the examples' frames come from: a live stream, or this process without Blender.

Both give the same two things: an object whose `update` changes the recipe, and batches of frames.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from typing import Any

import torch

from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.mesh_tree import MeshTrees
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.core.recipe.recipe import Recipe
from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.settling import settle_scene
from synth_addon.core.shapes.catalog import mesh_of
from synth_addon.core.timing import PartTimes
from synth_addon.stream.batches import Batch, Frame, in_batches
from synth_addon.stream.policies import Updates

_NO_FILES = AssetCatalog({}, {}, (), {})


@contextmanager
def frame_source(
    recipe: Path,
    overrides: Sequence[str],
    *,
    batch_size: int,
    frames: int,
    instances: int = 0,
) -> Iterator[tuple[Updates, Iterable[Batch]]]:
    """Yield what takes updates, and the batches of `frames` frames.

    Args:
        instances: Blender processes that render; 0 for the reference renderer in this process.
    """
    if not instances:
        here = InProcessStream(recipe, overrides)
        yield here, in_batches(islice(here, frames), batch_size)
        return
    from torch.utils.data import DataLoader

    from synth_addon.stream import StreamDataset, launch

    with launch(recipe, instances=instances, overrides=overrides) as stream:
        dataset = StreamDataset(stream, batch_size=batch_size, frames=frames)
        yield stream, DataLoader(dataset, batch_size=None)


class InProcessStream:
    """Frames of a recipe, sampled and drawn by the reference renderer when they are asked for.

    Their annotations say which objects are in the scene, and no more.
    """

    def __init__(self, recipe: Path, overrides: Sequence[str] = ()) -> None:
        self._path = recipe
        self._overrides = list(overrides)
        self._version = 0
        self._recipe = self._loaded(self._overrides)

    def update(self, changes: Mapping[str, Any]) -> int:
        """Change the recipe of all scenes that have not been begun.

        Raises:
            RecipeError: the changed recipe cannot be used; the one before stays.
        """
        overrides = [*self._overrides, *(f"{p}={json.dumps(v)}" for p, v in changes.items())]
        self._recipe = self._loaded(overrides)
        # the last override of a path holds, so earlier ones only make the list longer
        self._overrides = list({item.partition("=")[0]: item for item in overrides}.values())
        self._version += 1
        return self._version

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames without end."""
        renderer, trees = ReferenceRenderer(mesh_of), MeshTrees()
        for scene in count():
            recipe, version = self._recipe, self._version
            settled, _ = settle_scene(recipe, _NO_FILES, renderer, scene, PartTimes(), trees)
            renderer.build(settled)
            objects = [
                {"group": item.group, "category": item.category, "category_id": item.category_id}
                for item in settled.spec.objects
            ]
            for view in settled.views:
                yield {
                    "image": torch.from_numpy(renderer.render(view).rgb),
                    "annotation": {"frame": view.frame, "objects": objects},
                    "frame": view.frame,
                    "scene": scene,
                    "view": view.view,
                    "seed": recipe.seed,
                    "version": version,
                }

    def _loaded(self, overrides: Sequence[str]) -> Recipe:
        return load_recipe(str(self._path), overrides).recipe
