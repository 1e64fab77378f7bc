"""Which files the environment and its backdrop are drawn from."""

from __future__ import annotations

from pathlib import Path

from .asset_files import IMAGE_SUFFIXES, matching_files, root_folder
from .kind_choice import KindChoice
from .recipe.loading import LoadedRecipe

HDRI_SUFFIXES = (".hdr", ".exr")


def catalog_hdris(loaded: LoadedRecipe, paths: dict[str, Path]) -> tuple[str, ...]:
    """Return the names of the environment images, and add to `paths` where they lie.

    There are none where the recipe draws no image, or other kinds stand in for a folder that is
    not set.

    Raises:
        AssetError: folder or files are missing, unreadable or of another type.
    """
    folder, environment = loaded.recipe.assets.hdri, loaded.recipe.environment
    if environment.file is None or not _is_drawn(environment.kind, "hdri", folder):
        return ()
    root = root_folder(loaded, "hdri")
    return matching_files("environment.file", environment.file, root, HDRI_SUFFIXES, paths)


def catalog_photos(loaded: LoadedRecipe, paths: dict[str, Path]) -> tuple[str, ...]:
    """Return the names of the backdrop's photos, by the same rules as `catalog_hdris`.

    Raises:
        AssetError: folder or files are missing, unreadable or of another type.
    """
    folder, environment = loaded.recipe.assets.photos, loaded.recipe.environment
    backdrop = environment.backdrop
    if not environment.hide_from_camera or backdrop.file is None:
        return ()
    if not _is_drawn(backdrop.kind, "photo", folder):
        return ()
    root = root_folder(loaded, "photos")
    where = "environment.backdrop.file"
    return matching_files(where, backdrop.file, root, IMAGE_SUFFIXES, paths)


def _is_drawn(kinds: KindChoice, kind: str, folder: str | None) -> bool:
    """Tell whether a kind that needs files takes part: others stand in where no folder is set."""
    return kind in kinds.names and (folder is not None or len(kinds.names) == 1)
