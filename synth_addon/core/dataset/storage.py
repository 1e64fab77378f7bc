"""What differs between datasets in folders and in object stores, chosen by their place."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ..errors import UsageError
from .info import DatasetInfo
from .layout import INFO_FILE
from .local_folder import LocalFolder
from .object_folder import ObjectFolder, refuse_foreign_objects
from .object_store import ObjectStore
from .opening import make_output, refuse_foreign_files
from .place import Place
from .presence import wait_for_absence
from .store import DatasetStore


def folder_at(place: Place) -> LocalFolder | ObjectFolder:
    """Return the folder of a dataset, which need not be there yet.

    Raises:
        UsageError: the URL cannot be used.
    """
    return LocalFolder(place) if isinstance(place, Path) else ObjectFolder(place)


def refuse_foreign(place: Place) -> None:
    """Make sure that a place is free or holds a dataset that no process writes to.

    Raises:
        OutputError: it is not; nothing was touched.
        UsageError: the URL cannot be used.
        DatasetError: the store cannot be reached.
    """
    if isinstance(place, Path):
        wait_for_absence(place)
        refuse_foreign_files(place)
    else:
        refuse_foreign_objects(ObjectFolder(place), INFO_FILE)


def make_place(place: Place) -> None:
    """Make the folder of a dataset; object stores need none.

    Raises:
        OutputError: it cannot be made.
    """
    if isinstance(place, Path):
        make_output(place)


def open_store(
    place: Place,
    info: DatasetInfo,
    resume: bool,
    wanted: Collection[int],
    *,
    check_all: bool = False,
) -> DatasetStore | ObjectStore:
    """Start or continue a dataset; see `DatasetStore.create_or_resume`.

    Raises:
        OutputError, UsageError, DatasetError, StorageError: as there.
    """
    if isinstance(place, Path):
        return DatasetStore.create_or_resume(place, info, resume, wanted, check_all=check_all)
    if check_all:
        raise UsageError(
            f"--verify: {place} is no folder. "
            "`synth download` compares every object with the journal"
        )
    return ObjectStore.create_or_resume(place, info, resume, wanted)
