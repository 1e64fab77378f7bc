"""Brings objects to a stated size, and refuses what is wildly out of scale."""

from __future__ import annotations

from collections.abc import Mapping

from ..asset_catalog import AssetCatalog
from ..errors import AssetError
from ..mesh import TriangleMesh
from ..mesh_catalog import Source, mesh_sources, place_of
from ..recipe.objects import ObjectGroup
from ..recipe.recipe import Recipe
from ..scene_spec import FileAsset, OpenAsset, SceneSpec, StoredAsset, canonical_json

_LEAST_M = 1e-4
_GREATEST_M = 100.0


def with_sizes(spec: SceneSpec, meshes: Mapping[str, TriangleMesh]) -> SceneSpec:
    """Return `spec` with the scale of every object that has a stated size following from it."""
    objects = tuple(
        item
        if item.size_m is None
        else item.model_copy(update={"scale": item.size_m / longest_side(meshes[item.asset_key])})
        for item in spec.objects
    )
    return spec.model_copy(update={"objects": objects})


def longest_side(mesh: TriangleMesh) -> float:
    """Return the longest side of a mesh's axis-aligned box; metres."""
    low, high = mesh.bounds
    return float((high - low).max())


def check_sizes(recipe: Recipe, catalog: AssetCatalog, meshes: Mapping[str, TriangleMesh]) -> None:
    """Refuse meshes that no scale of their group brings to a plausible size.

    Args:
        meshes: what was loaded, by the canonical JSON of its asset; others are not looked at.

    Raises:
        AssetError: one is smaller than 0.1 mm, or larger than the room or 100 m.
    """
    greatest, why = _greatest_size(recipe)
    sources = mesh_sources(recipe)
    for key, choices in catalog.meshes.items():
        source = sources[key]
        if isinstance(source, ObjectGroup) and source.size_m is not None:
            continue
        least_scale, greatest_scale = source.scale.support()
        for asset in choices:
            mesh = meshes.get(canonical_json(asset))
            if mesh is None:
                continue
            size = longest_side(mesh)
            if size * greatest_scale > greatest:
                raise _out_of_scale(key, source, asset, size * greatest_scale, why)
            if size * least_scale < _LEAST_M:
                raise _out_of_scale(key, source, asset, size * least_scale, "less than 0.1 mm")


def _greatest_size(recipe: Recipe) -> tuple[float, str]:
    room = recipe.room
    if not room.enabled or room.is_from_files:
        return _GREATEST_M, f"more than {_GREATEST_M:g} m"
    sides = [room.width_m, room.depth_m] + ([] if room.floor_only else [room.height_m])
    longest = max(side.support()[1] for side in sides)
    if longest >= _GREATEST_M:
        return _GREATEST_M, f"more than {_GREATEST_M:g} m"
    return longest, f"more than the room's longest side of {longest:g} m"


def _out_of_scale(
    key: str, source: Source, asset: StoredAsset, size: float, why: str
) -> AssetError:
    where = place_of(key)
    ways = [f"{where}.scale"]
    if isinstance(asset, FileAsset):
        ways.insert(0, f"{where}.unit (now {source.unit})")
    if isinstance(source, ObjectGroup):
        ways.append(f"{where}.size_m, the length that it should have")
    found = asset.object if isinstance(asset, OpenAsset) else asset.file
    return AssetError(f"{where}: {found!r} is {size:.4g} m long, {why}. Set {' or '.join(ways)}")
