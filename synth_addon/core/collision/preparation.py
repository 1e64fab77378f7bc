"""Decomposes what a run will need before it begins: that takes seconds a mesh, so never later."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..asset_catalog import AssetCatalog
from ..mesh import TriangleMesh
from ..mesh_catalog import mesh_sources
from ..recipe.objects import ObjectGroup
from ..recipe.recipe import Recipe
from ..sampling.sizes import longest_side
from ..scene_spec import canonical_json
from .decomposition import Decomposer
from .parts import asset_name, hollow_depth, must_split

Report = Callable[[str, int, int], None]
"""Told the name of a mesh about to be decomposed, its number from 1, and how many there are."""


def prepare_parts(
    recipe: Recipe,
    catalog: AssetCatalog,
    meshes: Mapping[str, TriangleMesh],
    decomposer: Decomposer,
    report: Report,
) -> None:
    """Fill the cache with the convex parts of every mesh that scenes may drop hollow.

    Args:
        meshes: all that were loaded, by the canonical JSON of their asset.

    Raises:
        AssetError: a mesh must be decomposed and cannot be.
        StorageError: the cache folder cannot be written.
    """
    if not recipe.drops:
        return
    missing = {
        name: mesh
        for name, mesh in _hollow_meshes(recipe, catalog, meshes).items()
        if not decomposer.knows(mesh)
    }
    for number, (name, mesh) in enumerate(sorted(missing.items()), start=1):
        report(name, number, len(missing))
        decomposer.parts(mesh, name)


def _hollow_meshes(
    recipe: Recipe, catalog: AssetCatalog, meshes: Mapping[str, TriangleMesh]
) -> dict[str, TriangleMesh]:
    sources = mesh_sources(recipe)
    found: dict[str, TriangleMesh] = {}
    for key, choices in catalog.meshes.items():
        source = sources[key]
        if not isinstance(source, ObjectGroup):
            continue
        for asset in choices:
            mesh = meshes[canonical_json(asset)]
            shape = source.collision_shape
            depth = hollow_depth(mesh) if shape == "auto" else 0.0
            if must_split(shape, _greatest_scale(source, mesh) * depth):
                found[asset_name(asset)] = mesh
    return found


def _greatest_scale(group: ObjectGroup, mesh: TriangleMesh) -> float:
    if group.size_m is None:
        return group.scale.support()[1]
    return group.size_m.support()[1] / longest_side(mesh)
