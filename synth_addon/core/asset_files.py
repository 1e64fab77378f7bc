"""Finds files by the names and patterns that recipes give, and checks that they can be read."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from .errors import AssetError

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr")


def root_folder(where: str, configured: str | None, recipe_folder: Path) -> Path:
    """Return the folder that names are relative to: the configured one, or else the recipe's own.

    Raises:
        AssetError: the configured folder does not exist.
    """
    if configured is None:
        return recipe_folder
    try:
        folder = Path(configured).expanduser()
        if folder.is_dir():
            return folder.absolute()
    except (OSError, RuntimeError) as error:  # too long a name; a home of nobody
        raise AssetError(f"{where}: {configured!r}: {error}. Give an existing folder") from error
    raise AssetError(f"{where}: no such folder: {configured!r}. Give an existing folder")


def matching(where: str, pattern: str, root: Path) -> list[tuple[str, Path]]:
    """Return (name, path) of all that `pattern` matches, sorted by name.

    By name, not by path: paths sort in another order on Windows.

    Raises:
        AssetError: the pattern cannot be looked up.
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


def matching_files(
    where: str, pattern: str, root: Path, suffixes: tuple[str, ...], paths: dict[str, Path]
) -> tuple[str, ...]:
    """Return the names of all files of some types that `pattern` matches; adds them to `paths`.

    Raises:
        AssetError: there is none, or one cannot be read.
    """
    named = matching(where, pattern, root)
    if not named:
        raise AssetError(f"{where}: {pattern!r} matches no file in {root}. Mend the name or folder")
    files = [(name, path) for name, path in named if path.suffix.lower() in suffixes]
    if not files:
        raise AssetError(
            f"{where}: {named[0][0]!r} is not of a supported type. Use {', '.join(suffixes)}"
        )
    for name, path in files:
        keep_file(where, name, path, paths)
    return tuple(name for name, _ in files)


def keep_file(where: str, name: str, path: Path, paths: dict[str, Path]) -> None:
    """Add a file to `paths` by its name.

    Raises:
        AssetError: it cannot be read, is empty, or another file has the name.
    """
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
