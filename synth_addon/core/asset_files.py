"""Finds files by the names and patterns that recipes give, and checks that they can be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from .asset_roots import AssetRoot, Fence
from .errors import AssetError
from .named_paths import check_named_paths
from .recipe.loading import LoadedRecipe

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr")


def root_folder(loaded: LoadedRecipe, kind: str) -> AssetRoot:
    """Return the folder that names are relative to: the configured one, or else the recipe's own.

    Args:
        kind: one of the recipe's asset folders, such as ``models``.

    Raises:
        AssetError: the configured folder does not exist, or must not be reached.
    """
    where, configured = f"assets.{kind}", getattr(loaded.recipe.assets, kind)
    if configured is None:
        return AssetRoot(loaded.folder, loaded.fence)
    try:
        folder = Path(configured).expanduser()
        loaded.fence.check(where, configured, folder)
        if folder.is_dir():
            return AssetRoot(folder.absolute(), loaded.fence)
    except (OSError, RuntimeError) as error:  # too long a name; a home of nobody
        raise AssetError(f"{where}: {configured!r}: {error}. Give an existing folder") from error
    raise AssetError(f"{where}: no such folder: {configured!r}. Give an existing folder")


def matching(where: str, pattern: str, root: AssetRoot) -> list[tuple[str, Path]]:
    """Return (name, path) of all that `pattern` matches, sorted by name.

    By name, not by path: paths sort in another order on Windows.

    Raises:
        AssetError: the pattern cannot be looked up, or leads to what must not be reached.
    """
    try:
        found = sorted(_found(where, pattern, root))
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


def _found(where: str, pattern: str, root: AssetRoot) -> list[tuple[str, Path]]:
    if _is_wild(pattern):
        parts = PurePosixPath(pattern).parts
        base = Path(parts[0]) if PurePosixPath(pattern).is_absolute() else root.folder
        relative = str(PurePosixPath(*parts[1:])) if base != root.folder else pattern
        if root.fence.folder is not None:
            _check_reach(where, pattern, base, PurePosixPath(relative).parts, root.fence)
        return [
            (path.relative_to(base).as_posix() if base == root.folder else str(path), path)
            for path in base.glob(relative)
        ]
    path = root.at(where, pattern)
    return [(PurePosixPath(pattern).as_posix(), path)] if path.exists() else []


def _is_wild(pattern: str) -> bool:
    return any(character in pattern for character in "*?[")


def _check_reach(where: str, pattern: str, base: Path, parts: Sequence[str], fence: Fence) -> None:
    """Check all that a pattern comes across, before anything is looked up behind it."""
    plain = next(number for number, part in enumerate(parts) if _is_wild(part))
    reached = [base.joinpath(*parts[:plain])]
    fence.check(where, pattern, reached[0])
    for part in parts[plain:]:
        reached = [found for folder in dict.fromkeys(reached) for found in folder.glob(part)]
        for found in reached:
            fence.check(where, str(found), found)


def matching_files(
    where: str, pattern: str, root: AssetRoot, suffixes: tuple[str, ...], paths: dict[str, Path]
) -> tuple[str, ...]:
    """Return the names of all files of some types that `pattern` matches; adds them to `paths`.

    Raises:
        AssetError: there is none, or one cannot be read or must not be.
    """
    named = matching(where, pattern, root)
    if not named:
        raise AssetError(
            f"{where}: {pattern!r} matches no file in {root.folder}. Mend the name or folder"
        )
    files = [(name, path) for name, path in named if path.suffix.lower() in suffixes]
    if not files:
        raise AssetError(
            f"{where}: {named[0][0]!r} is not of a supported type. Use {', '.join(suffixes)}"
        )
    for name, path in files:
        keep_file(where, name, path, root, paths)
    return tuple(name for name, _ in files)


def keep_file(where: str, name: str, path: Path, root: AssetRoot, paths: dict[str, Path]) -> None:
    """Add a file to `paths` by its name.

    Raises:
        AssetError: it cannot be read, is empty, must not be reached or names what must not, or
            another file has the name.
    """
    root.fence.check(where, name, path)
    _check_readable(where, name, path)
    check_named_paths(root.fence, where, path)
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
