"""Which files a recipe's asset names stand for: patterns listed, names resolved, all checked.

Files keep the name that the recipe's pattern gives them, with forward slashes, so that scene specs
and datasets are the same wherever the assets lie.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .asset_files import IMAGE_SUFFIXES, keep_file, matching, root_folder
from .environment_catalog import catalog_hdris, catalog_photos
from .errors import AssetError
from .mesh_catalog import MESH_SUFFIXES, catalog_meshes, catalog_side_files
from .open_file import OpenFile
from .recipe.loading import LoadedRecipe
from .recipe.materials import MaterialRecipe
from .recipe.recipe import Recipe
from .scene_spec import StoredAsset, TextureSpec

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
        meshes: what each object group chooses from that is not drawn as a shape.
        textures: texture sets by the pattern that names them; sizes are the spec's default.
        hdris: environment images; none where recipes may do without.
        paths: where each named file lies.
        side_files: where the files lie that mesh files draw on.
        open_objects: digests of the objects of the open file that scenes may use, by name.
        photos: backdrops; none where recipes may do without.
    """

    meshes: Mapping[str, tuple[StoredAsset, ...]]
    textures: Mapping[str, tuple[TextureSpec, ...]]
    hdris: tuple[str, ...]
    paths: Mapping[str, Path]
    side_files: Mapping[str, Path] = field(default_factory=dict)
    open_objects: Mapping[str, str] = field(default_factory=dict)
    photos: tuple[str, ...] = ()

    @property
    def images(self) -> tuple[str, ...]:
        """The names of all texture and environment files."""
        return tuple(name for name in self.paths if not name.lower().endswith(MESH_SUFFIXES))

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of all content that frames depend on, by the name of its source."""
        files = {**self.side_files, **self.paths}
        digests = {
            name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()
        }
        opened = {f"open object {name}": digest for name, digest in self.open_objects.items()}
        return dict(sorted({**digests, **opened}.items()))


def catalog_assets(loaded: LoadedRecipe, open_file: OpenFile | None = None) -> AssetCatalog:
    """List the files and open objects that a recipe names.

    Args:
        open_file: what the .blend file offers that is open; None outside of Blender.

    Raises:
        AssetError: a folder or file is missing, a pattern matches nothing, a file's type is not
            supported, or the open file lacks something.
    """
    recipe, assets = loaded.recipe, loaded.recipe.assets
    paths: dict[str, Path] = {}
    meshes = catalog_meshes(loaded, open_file, paths)
    sides = catalog_side_files(recipe, meshes, paths)
    folder = root_folder("assets.textures", assets.textures, loaded.folder)
    textures = {
        material.texture: _texture_sets(where, material.texture, folder, paths)
        for where, material in _materials(recipe).items()
        if material.texture is not None
    }
    hdris, photos = catalog_hdris(loaded, paths), catalog_photos(loaded, paths)
    opened = open_file.digests if open_file is not None else {}
    return AssetCatalog(meshes, textures, hdris, paths, sides, opened, photos)


def mesh_assets(catalog: AssetCatalog) -> list[StoredAsset]:
    """Return every mesh that scenes may draw, each once."""
    return list(dict.fromkeys(asset for choices in catalog.meshes.values() for asset in choices))


def _materials(recipe: Recipe) -> dict[str, MaterialRecipe]:
    named: dict[str, MaterialRecipe] = {
        f"objects.{name}.material": group.material
        for name, group in recipe.objects_present.items()
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


def _texture_sets(
    where: str, pattern: str, root: Path, paths: dict[str, Path]
) -> tuple[TextureSpec, ...]:
    folders = [(name, path) for name, path in matching(where, pattern, root) if path.is_dir()]
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
                keep_file(f"{where}.texture", file, image, paths)
                maps[role] = file
                break
    if "color" not in maps:
        raise AssetError(
            f"{where}.texture: {name!r} has no colour map. Name one like Wood_1K_Color.jpg"
        )
    return TextureSpec(**maps)
