"""Which meshes the objects and the furniture of a recipe choose from: files, or open objects."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path

from .asset_files import matching_files, root_folder
from .errors import AssetError
from .open_file import OpenFile
from .recipe.furniture import FurnitureRecipe
from .recipe.loading import LoadedRecipe
from .recipe.objects import ObjectGroup, Unit
from .recipe.pools import most_of_group
from .recipe.recipe import Recipe
from .scene_spec import FileAsset, OpenAsset, StoredAsset
from .side_files import side_files

MESH_SUFFIXES = (
    *(".obj", ".ply", ".stl", ".glb", ".gltf", ".fbx"),
    *(".usd", ".usda", ".usdc", ".usdz", ".blend"),
)
_UNIT_M: Mapping[Unit, float] = {"m": 1.0, "cm": 0.01, "mm": 0.001}

Source = ObjectGroup | FurnitureRecipe


def furniture_key(name: str) -> str:
    """Return the key of a kind of furniture in `AssetCatalog.meshes`; groups have no dots."""
    return f"room.furniture.{name}"


def mesh_sources(recipe: Recipe) -> dict[str, Source]:
    """Return all that meshes are chosen for, by its key in `AssetCatalog.meshes`."""
    furniture = recipe.room.furniture.items() if recipe.room.enabled else ()
    return {**recipe.objects_present, **{furniture_key(name): piece for name, piece in furniture}}


def uses_open_file(recipe: Recipe) -> bool:
    """Return whether an object or the room comes from the .blend file that is open."""
    if recipe.room.enabled and recipe.room.open_collection is not None:
        return True
    return any(
        group.open_object is not None or group.open_collection is not None
        for group in recipe.objects_present.values()
    )


def catalog_meshes(
    loaded: LoadedRecipe, open_file: OpenFile | None, paths: dict[str, Path]
) -> dict[str, tuple[StoredAsset, ...]]:
    """Return what each source chooses from, by its key; adds files to `paths`.

    Raises:
        AssetError: a source has no choice, or too few for its count without repetition.
    """
    recipe = loaded.recipe
    root = root_folder(loaded, "models")
    choices: dict[str, tuple[StoredAsset, ...]] = {}
    for key, source in mesh_sources(recipe).items():
        if source.file is not None:
            where = f"{place_of(key)}.file"
            files = matching_files(where, source.file, root, MESH_SUFFIXES, paths)
            choices[key] = tuple(_file_asset(source, file) for file in files)
        elif isinstance(source, ObjectGroup) and source.shape is None:
            names = _open_objects(key, source, open_file)
            choices[key] = tuple(OpenAsset(object=name) for name in names)
            if source.as_one and source.open_collection is not None:
                whole = OpenAsset(object=source.open_collection, is_collection=True)
                choices[key] = (whole,)
    for key in choices:
        _check_enough(key, len(choices[key]), recipe)
    return choices


def place_of(key: str) -> str:
    """Return where in the recipe a source stands."""
    return key if "." in key else f"objects.{key}"


def _file_asset(source: Source, file: str) -> FileAsset:
    unit_m = _UNIT_M[source.unit]
    if isinstance(source, FurnitureRecipe):
        return FileAsset(file=file, unit_m=unit_m)
    return FileAsset(file=file, object=source.object, unit_m=unit_m, up_axis=source.up_axis)


def catalog_side_files(
    recipe: Recipe, meshes: Mapping[str, tuple[StoredAsset, ...]], paths: Mapping[str, Path]
) -> dict[str, Path]:
    """Return the files that mesh files draw on, by names beside theirs.

    Raises:
        AssetError: one is missing.
    """
    found: dict[str, Path] = {}
    sources = mesh_sources(recipe)
    for key, choices in meshes.items():
        with_looks = sources[key].material is None
        for asset in choices:
            if isinstance(asset, FileAsset):
                path = paths[asset.file]
                for side in side_files(path, with_looks=with_looks):
                    found[f"{asset.file.rpartition('/')[0]}/{_name_beside(side, path)}"] = side
    return {name.removeprefix("/"): path for name, path in found.items()}


def _name_beside(side: Path, path: Path) -> str:
    """Return a name that is the same on other machines, also of a file with an absolute path."""
    is_below = side.is_relative_to(path.parent)
    return side.relative_to(path.parent).as_posix() if is_below else side.name


def _open_objects(name: str, group: ObjectGroup, open_file: OpenFile | None) -> tuple[str, ...]:
    collection = group.open_collection
    where = f"objects.{name}.{'open_object' if collection is None else 'open_collection'}"
    if open_file is None:
        raise AssetError(
            f"{where}: no .blend file is open here. Run the command in Blender: "
            "blender -b FILE.blend -P synth_addon/batch.py -- generate RECIPE --output DIR"
        )
    if collection is None:
        assert group.open_object is not None
        _check_known(where, group.open_object, open_file.objects, "mesh object")
        return (group.open_object,)
    _check_known(where, collection, open_file.collections, "collection")
    if not open_file.collections[collection]:
        raise AssetError(f"{where}: {collection!r} holds no mesh object. Move one into it")
    return open_file.collections[collection]


def _check_known(where: str, name: str, known: Iterable[str], kind: str) -> None:
    names = sorted(known)
    if name in names:
        return
    close = difflib.get_close_matches(name, names, n=3)
    remedy = f"Did you mean {' or '.join(close)}?" if close else "Mend the name"
    raise AssetError(f"{where}: the open file has no {kind} {name!r}. {remedy}")


def _check_enough(key: str, available: int, recipe: Recipe) -> None:
    group = recipe.objects.get(key)
    if group is None or group.repeat_files:
        return
    most = most_of_group(key, recipe.objects_present, recipe.pools)
    if most > available:
        raise AssetError(
            f"objects.{key}.repeat_files: a scene may hold {most} of the group, and it has "
            f"{available} to choose from. Lower the count, add some, or set repeat_files to true"
        )
