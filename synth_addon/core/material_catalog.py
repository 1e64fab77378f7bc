"""Which texture sets and photos the materials of a recipe choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .asset_files import IMAGE_SUFFIXES, keep_file, matching, matching_files, root_folder
from .asset_roots import AssetRoot
from .errors import AssetError
from .material_spec import TextureSpec
from .recipe.loading import LoadedRecipe
from .recipe.materials import MaterialRecipe
from .recipe.recipe import Recipe
from .texture_sets import find_maps


@dataclass(frozen=True)
class MaterialFiles:
    """What materials choose from.

    Attributes:
        textures: texture sets by the pattern that names them; sizes are the spec's default.
        photos: images by the pattern that names them.
        folders: names of the asset folders that the recipe sets.
    """

    textures: Mapping[str, tuple[TextureSpec, ...]]
    photos: Mapping[str, tuple[str, ...]]
    folders: frozenset[str]


def catalog_materials(loaded: LoadedRecipe, paths: dict[str, Path]) -> MaterialFiles:
    """Return what the recipe's materials choose from; adds files to `paths`.

    Raises:
        AssetError: a folder or file is missing or unusable.
    """
    assets = loaded.recipe.assets
    folders = frozenset(name for name, folder in assets if folder is not None)
    textures_root = root_folder(loaded, "textures")
    photos_root = root_folder(loaded, "photos")
    textures: dict[str, tuple[TextureSpec, ...]] = {}
    photos: dict[str, tuple[str, ...]] = {}
    for where, material in materials_of(loaded.recipe).items():
        kinds = material.drawable(folders)
        if "texture" in kinds and material.texture is not None:
            if material.texture not in textures:
                sets = _texture_sets(where, material.texture, textures_root, paths)
                textures[material.texture] = sets
            _check_displacement(where, material, textures[material.texture])
        if "photo" in kinds and material.photo is not None:
            pattern = material.photo
            files = matching_files(f"{where}.photo", pattern, photos_root, IMAGE_SUFFIXES, paths)
            photos[pattern] = files
    return MaterialFiles(textures, photos, folders)


def materials_of(recipe: Recipe) -> dict[str, MaterialRecipe]:
    """Return every material that scenes of the recipe may draw, by its path in the recipe."""
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
    named |= {
        f"material_rules.{number}.material": rule.material
        for number, rule in enumerate(recipe.material_rules)
    }
    return named


def _check_displacement(
    where: str, material: MaterialRecipe, sets: tuple[TextureSpec, ...]
) -> None:
    if material.displacement == "off":
        return
    for texture in sets:
        if texture.displacement is None:
            raise AssetError(
                f"{where}.displacement: the texture set of {texture.color!r} has no height map. "
                'Set displacement to "off", or add a file like Wood_1K_Displacement.jpg'
            )


def _texture_sets(
    where: str, pattern: str, root: AssetRoot, paths: dict[str, Path]
) -> tuple[TextureSpec, ...]:
    folders = [
        (name, path) for name, path in matching(f"{where}.texture", pattern, root) if path.is_dir()
    ]
    if not folders:
        raise AssetError(
            f"{where}.texture: {pattern!r} matches no folder in {root.folder}. "
            "Mend the name or folder"
        )
    return tuple(_texture_set(where, name, folder, root, paths) for name, folder in folders)


def _texture_set(
    where: str, name: str, folder: Path, root: AssetRoot, paths: dict[str, Path]
) -> TextureSpec:
    try:
        images = sorted(
            (path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES),
            key=lambda path: path.name,
        )
    except OSError as error:
        raise AssetError(
            f"{where}.texture: {name!r} cannot be listed: {error.strerror}. Allow reading it"
        ) from error
    for image in images:
        root.fence.check(f"{where}.texture", f"{name}/{image.name}", image)
    maps = find_maps(images)
    if "color" not in maps:
        raise AssetError(
            f"{where}.texture: {name!r} has no colour map. Name one like Wood_1K_Color.jpg"
        )
    for image in maps.values():
        keep_file(f"{where}.texture", f"{name}/{image.name}", image, root, paths)
    files = {role: f"{name}/{image.name}" for role, image in maps.items()}
    directx = "directx_normal" in files
    if directx:
        files["normal"] = files.pop("directx_normal")
    return TextureSpec(**files, normal_is_directx=directx)
