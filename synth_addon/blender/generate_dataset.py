"""The main job as one call, for programs that run in Blender or have it as a module."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from ..core.asset_catalog import catalog_assets
from ..core.dataset.store import DatasetStore
from ..core.describe import dataset_info
from ..core.devices import Device
from ..core.job import FrameDone, Job, Listener
from ..core.mesh_catalog import uses_open_file
from ..core.recipe.loading import LoadedRecipe
from .open_file import describe_open_file
from .ready_renderer import ready_renderer


def _ignore(done: FrameDone) -> None:
    """Hear of a frame and do nothing."""


def generate_dataset(
    loaded: LoadedRecipe,
    output: Path,
    scenes: Collection[int] | None = None,
    *,
    resume: bool = False,
    threads: int = 0,
    device: Device = "CPU",
    listener: Listener = _ignore,
) -> None:
    """Generate scenes of a recipe into a dataset folder, as ``synth generate`` does.

    Objects that the recipe names in the open .blend file are taken from it; the file stays as it
    is.

    Args:
        loaded: from `core.recipe.loading.load_recipe`.
        scenes: scene indices; None for all that the recipe asks for.
        resume: keep finished scenes and make only what is missing.
        threads: render threads; 0 uses all cores.
        listener: told of every rendered frame.

    Raises:
        SynthError: of any kind; scenes finished before stay, and the job can be resumed.
    """
    recipe = loaded.recipe
    wanted = range(recipe.scenes) if scenes is None else scenes
    open_file = describe_open_file(recipe) if uses_open_file(recipe) else None
    catalog = catalog_assets(loaded, open_file)
    renderer, catalog = ready_renderer(recipe, catalog, threads, lambda *mesh: None, device)
    with closing(renderer):
        info = dataset_info(recipe, catalog, renderer.version)
        with DatasetStore.create_or_resume(output, info, resume, wanted) as store:
            Job(recipe, catalog, renderer, store, listener).run(store.pending(wanted))
            store.finish()
