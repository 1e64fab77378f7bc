"""Which files a recipe's asset names stand for: patterns listed, names resolved, all checked.

Files keep the name that the recipe's pattern gives them, with forward slashes, so that scene specs
and datasets are the same wherever the assets lie.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .errors import AssetError
from .recipe.furniture import FurnitureRecipe
from .recipe.loading import LoadedRecipe
from .recipe.materials import MaterialRecipe
from .recipe.objects import ObjectGroup, Unit
from .recipe.recipe import Recipe
from .scene_spec import FileAsset, TextureSpec

MESH_SUFFIXES = (".obj", ".ply", ".glb", ".gltf", ".blend")
HDRI_SUFFIXES = (".hdr", ".exr")
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr")

_UNIT_M: Mapping[Unit, float] = {"m": 1.0, "cm": 0.01, "mm": 0.001}

_MAP_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "color": ("_Color", "_Diffuse", "_diff", "_Albedo"),
    "normal": ("_NormalGL", "_nor_gl", "_Normal"),
    "roughness": ("_Roughness", "_rough"),
    "metalness": ("_Metalness", "_metal"),
}


@dataclass(frozen=True)
class AssetCatalog:
    """Every file that the scenes of a recipe may use.

    Attributes:
        meshes: file names of each object group that is drawn from files.
        textures: texture sets by the pattern that names them; sizes are the spec's default.
        hdris: environment images.
        paths: where each named file lies.
    """

    meshes: Mapping[str, tuple[str, ...]]
    textures: Mapping[str, tuple[TextureSpec, ...]]
    hdris: tuple[str, ...]
    paths: Mapping[str, Path]

    @property
    def images(self) -> tuple[str, ...]:
        """The names of all texture and environment files."""
        return tuple(name for name in self.paths if not name.lower().endswith(MESH_SUFFIXES))

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of every file's content, by name."""
        return {
            name: hashlib.sha256(path.read_bytes()).hexdigest()
            for name, path in sorted(self.paths.items())
        }


def catalog_assets(loaded: LoadedRecipe) -> AssetCatalog:
    """List the files that a recipe names.

    Raises:
        AssetError: a folder or file is missing, a pattern matches nothing, or a file's type is
            not supported.
    """
    recipe, assets = loaded.recipe, loaded.recipe.assets
    paths: dict[str, Path] = {}
    models = _root("assets.models", assets.models, loaded.folder)
    meshes = {
        name: _files(f"objects.{name}.file", group.file, models, MESH_SUFFIXES, paths)
        for name, group in recipe.objects.items()
        if group.file is not None
    }
    if recipe.room.enabled:
        meshes |= {
            furniture_key(name): _files(
                f"room.furniture.{name}.file", furniture.file, models, MESH_SUFFIXES, paths
            )
            for name, furniture in recipe.room.furniture.items()
            if furniture.file is not None
        }
    folder = _root("assets.textures", assets.textures, loaded.folder)
    textures = {
        material.texture: _texture_sets(where, material.texture, folder, paths)
        for where, material in _materials(recipe).items()
        if material.texture is not None
    }
    hdris: tuple[str, ...] = ()
    if recipe.environment.file is not None:
        root = _root("assets.hdri", assets.hdri, loaded.folder)
        pattern = recipe.environment.file
        hdris = _files("environment.file", pattern, root, HDRI_SUFFIXES, paths)
    return AssetCatalog(meshes, textures, hdris, paths)


def mesh_assets(recipe: Recipe, catalog: AssetCatalog) -> list[FileAsset]:
    """Return every mesh asset that scenes of the recipe may draw."""
    sources: dict[str, ObjectGroup | FurnitureRecipe] = {
        **recipe.objects,
        **{furniture_key(name): piece for name, piece in recipe.room.furniture.items()},
    }
    return [
        file_asset(sources[name], file) for name, files in catalog.meshes.items() for file in files
    ]


def furniture_key(name: str) -> str:
    """Return the key of a kind of furniture in `AssetCatalog.meshes`; groups have no dots."""
    return f"room.furniture.{name}"


def file_asset(source: ObjectGroup | FurnitureRecipe, file: str) -> FileAsset:
    """Return one of the files of a group or of a kind of furniture as an asset."""
    part = source.object if isinstance(source, ObjectGroup) else None
    return FileAsset(file=file, object=part, unit_m=_UNIT_M[source.unit])


def _materials(recipe: Recipe) -> dict[str, MaterialRecipe]:
    named: dict[str, MaterialRecipe] = {
        f"objects.{name}.material": group.material
        for name, group in recipe.objects.items()
        if group.material is not None
    }
    if recipe.room.enabled:
        for part in ("floor", "walls", "ceiling"):
            named[f"room.{part}"] = getattr(recipe.room, part)
        named |= {
            f"room.furniture.{name}.material": furniture.material
            for name, furniture in recipe.room.furniture.items()
            if furniture.material is not None
        }
    return named


def _root(where: str, configured: str | None, recipe_folder: Path) -> Path:
    if configured is None:
        return recipe_folder
    try:
        folder = Path(configured).expanduser()
        if folder.is_dir():
            return folder.absolute()
    except (OSError, RuntimeError) as error:  # too long a name; a home of nobody
        raise AssetError(f"{where}: {configured!r}: {error}. Give an existing folder") from error
    raise AssetError(f"{where}: no such folder: {configured!r}. Give an existing folder")


def _matches(where: str, pattern: str, root: Path) -> list[tuple[str, Path]]:
    """Return (name, path) of all that `pattern` matches, sorted by name.

    By name, not by path: paths sort in another order on Windows.
    """
    try:
        found = sorted(_found(pattern, root))
    except (ValueError, NotImplementedError) as error:
        raise AssetError(
            f"{where}: {pattern!r} is not a pattern: {error}. Write a name such as kitchen/*.obj"
        ) from error
    except OSError as error:
        raise AssetError(
            f"{where}: {pattern!r} cannot be looked up: {error.strerror}. Mend the name"
        ) from error
    for name, _ in found:
        if any("\ud800" <= character <= "\udfff" for character in name):
            raise AssetError(f"{where}: {name!r} is no name in Unicode. Rename it")
    return found


def _found(pattern: str, root: Path) -> list[tuple[str, Path]]:
    if any(character in pattern for character in "*?["):
        parts = PurePosixPath(pattern).parts
        base = Path(parts[0]) if PurePosixPath(pattern).is_absolute() else root
        relative = str(PurePosixPath(*parts[1:])) if base != root else pattern
        return [
            (path.relative_to(base).as_posix() if base == root else str(path), path)
            for path in base.glob(relative)
        ]
    path = root / pattern
    return [(PurePosixPath(pattern).as_posix(), path)] if path.exists() else []


def _files(
    where: str, pattern: str, root: Path, suffixes: tuple[str, ...], paths: dict[str, Path]
) -> tuple[str, ...]:
    named = _matches(where, pattern, root)
    if not named:
        raise AssetError(f"{where}: {pattern!r} matches no file in {root}. Mend the name or folder")
    files = [(name, path) for name, path in named if path.suffix.lower() in suffixes]
    if not files:
        raise AssetError(
            f"{where}: {named[0][0]!r} is not of a supported type. Use {', '.join(suffixes)}"
        )
    for name, path in files:
        _keep(where, name, path, paths)
    return tuple(name for name, _ in files)


def _keep(where: str, name: str, path: Path, paths: dict[str, Path]) -> None:
    _check_readable(where, name, path)
    if paths.setdefault(name, path) != path:
        raise AssetError(
            f"{where}: {name!r} is the name of two files, in {paths[name].parent} and in "
            f"{path.parent}. Rename one"
        )


def _check_readable(where: str, name: str, path: Path) -> None:
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise AssetError(
            f"{where}: {name!r} cannot be read: {error.strerror}. Give a readable file"
        ) from error
    if empty:
        raise AssetError(f"{where}: {name!r} is empty. Replace the file")


def _texture_sets(
    where: str, pattern: str, root: Path, paths: dict[str, Path]
) -> tuple[TextureSpec, ...]:
    folders = [(name, path) for name, path in _matches(where, pattern, root) if path.is_dir()]
    if not folders:
        raise AssetError(
            f"{where}.texture: {pattern!r} matches no folder in {root}. Mend the name or folder"
        )
    return tuple(_texture_set(where, name, folder, paths) for name, folder in folders)


def _texture_set(where: str, name: str, folder: Path, paths: dict[str, Path]) -> TextureSpec:
    try:
        images = sorted(
            (path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES),
            key=lambda path: path.name,
        )
    except OSError as error:
        raise AssetError(
            f"{where}.texture: {name!r} cannot be listed: {error.strerror}. Allow reading it"
        ) from error
    maps: dict[str, str] = {}
    for role, endings in _MAP_ENDINGS.items():
        for ending in endings:
            image = next((path for path in images if path.stem.endswith(ending)), None)
            if image is not None:
                file = f"{name}/{image.name}"
                _keep(f"{where}.texture", file, image, paths)
                maps[role] = file
                break
    if "color" not in maps:
        raise AssetError(
            f"{where}.texture: {name!r} has no colour map. Name one like Wood_1K_Color.jpg"
        )
    return TextureSpec(**maps)
