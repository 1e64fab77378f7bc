"""A renderer that has read everything a recipe needs, so that no scene waits for it."""

from __future__ import annotations

from ..core.asset_catalog import AssetCatalog, mesh_assets
from ..core.collision.cache import cache_folder
from ..core.collision.decomposition import Decomposer
from ..core.collision.preparation import Report, prepare_parts
from ..core.devices import Device
from ..core.recipe.recipe import Recipe
from ..core.room_file import with_room_file
from ..core.sampling.sizes import check_sizes
from .renderer import BlenderRenderer


def ready_renderer(
    recipe: Recipe,
    catalog: AssetCatalog,
    threads: int,
    report: Report,
    device: Device = "CPU",
) -> tuple[BlenderRenderer, AssetCatalog]:
    """Return the renderer, and the catalog with what stands in the room's file.

    Args:
        threads: render threads; 0 uses all cores.
        report: told of every mesh that is split into convex parts, which takes seconds each.
        device: what Cycles renders on; other engines choose for themselves.

    Raises:
        SynthError: a file or the device cannot be used; nothing is left in Blender then.
    """
    used: Device = device if recipe.render.engine == "CYCLES" else "CPU"
    renderer = BlenderRenderer(catalog.paths, threads, used, catalog.fence)
    try:
        catalog = with_room_file(recipe, catalog, renderer)
        meshes = renderer.preload(mesh_assets(catalog), catalog.images)
        check_sizes(recipe, catalog, meshes)
        prepare_parts(recipe, catalog, meshes, Decomposer(cache_folder()), report)
    except BaseException:
        renderer.close()
        raise
    return renderer, catalog
