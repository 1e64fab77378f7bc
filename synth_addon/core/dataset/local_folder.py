"""The folder of a dataset on a disk: files appear whole or not at all, and stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from ..errors import DatasetError, StorageError
from .atomic import link_file, make_folder, sync_folders, write_together
from .faults import reading_errors
from .layout import is_model


class LocalFolder:
    """A folder; paths in it are relative, with forward slashes."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def put(self, files: Mapping[str, bytes], links: Mapping[str, Path] | None = None) -> None:
        """Write files side by side, and let others appear that lie elsewhere.

        Args:
            links: files that are linked or copied, by their paths here.

        Raises:
            StorageError: the disk is full or refuses; of the files, meshes alone are left.
            DatasetError: a linked file is missing; of the files, meshes alone are left.
        """
        links = links or {}
        try:
            folders = [self.place / folder for folder in _folders_of([*files, *links])]
            for folder in folders:
                make_folder(folder)
            for path, source in links.items():
                link_file(source, self.place / path)
            write_together({self.place / path: data for path, data in files.items()})
            sync_folders(folders)
        except (StorageError, DatasetError):
            # other scenes may show the same meshes
            self.discard(path for path in [*files, *links] if not is_model(path))
            raise

    def has(self, path: str) -> bool:
        """Tell whether a file is there."""
        return (self.place / path).is_file()

    def read(self, path: str) -> bytes:
        """Return a file.

        Raises:
            DatasetError: there is none, or it cannot be read.
        """
        with reading_errors(self.place / path):
            return (self.place / path).read_bytes()

    def discard(self, paths: Iterable[str]) -> None:
        """Remove files, to give a full disk its space back.

        What cannot be removed goes when the run is resumed.
        """
        for path in paths:
            with suppress(OSError):
                (self.place / path).unlink(missing_ok=True)


def _folders_of(files: Iterable[str]) -> set[PurePosixPath]:
    """Return the folders whose names a scene may have added to, up to the dataset's own."""
    return {folder for path in files for folder in PurePosixPath(path).parents}
