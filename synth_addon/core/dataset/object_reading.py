"""Read datasets that lie in object stores: their hash, and all of them into a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from ..errors import DatasetError
from .journal_lines import JournalEntry, walk_journal
from .layout import COCO_FILE, INFO_FILE, JOURNAL_FILE, is_model
from .object_folder import ObjectFolder
from .object_journal import local_journal
from .object_store import read_object_info, walk_entries
from .scene_files import AdoptedScene
from .scene_set import SceneSet
from .store import DatasetStore
from .tree_hash import hash_record

_READ_AT_ONCE = 64
_SCENES_AT_ONCE = 10


def hash_objects(folder: ObjectFolder) -> str:
    """Return what `hash_dataset` returns for the same dataset in a folder.

    Objects that belong to no finished scene do not count.

    Raises:
        DatasetError: there is no dataset, or an object cannot be read.
    """
    read_object_info(folder)
    total = hashlib.sha256()
    total.update(hash_record(INFO_FILE, _digest(folder.read(INFO_FILE))))
    with local_journal(folder) as journal:
        total.update(hash_record(JOURNAL_FILE, _digest(journal.read_bytes())))
    paths = {path for entry in walk_entries(folder) for path in entry.files}
    if folder.has(COCO_FILE):
        paths.add(COCO_FILE)
    ordered = iter(sorted(paths, key=lambda path: path.split("/")))
    while some := list(islice(ordered, _READ_AT_ONCE)):
        found = folder.read_many(some)
        for path in some:
            total.update(hash_record(path, _digest(found[path])))
    return total.hexdigest()


def finished_scenes(folder: ObjectFolder) -> SceneSet:
    """Return the finished scenes of a dataset.

    Raises:
        DatasetError: there is none, or it is damaged.
    """
    read_object_info(folder)
    with local_journal(folder) as journal:
        return SceneSet(line.scene for line in walk_journal(journal))


def download(
    folder: ObjectFolder,
    output: Path,
    *,
    resume: bool = False,
    listener: Callable[[int], None] = lambda scene: None,
) -> int:
    """Copy a dataset into a folder, where it is as if it had been made there; return its scenes.

    Every object is compared with the journal.

    Args:
        resume: whether to go on with a copy that was interrupted.
        listener: told of each scene that is copied.

    Raises:
        DatasetError: there is no dataset, an object is missing, or is not what the journal lists.
        OutputError: the folder cannot be used.
        StorageError: the disk is full or refuses.
    """
    info = read_object_info(folder)
    wanted = finished_scenes(folder)
    with DatasetStore.create_or_resume(output, info, resume, wanted) as store:
        pending = (entry for entry in walk_entries(folder) if entry.scene not in store)
        while entries := list(islice(pending, _SCENES_AT_ONCE)):
            store.adopt_scenes([_adopted(folder, entry, output) for entry in entries])
            for entry in entries:
                listener(entry.scene)
        store.finish()
    return len(wanted)


def _adopted(folder: ObjectFolder, entry: JournalEntry, output: Path) -> AdoptedScene:
    here = {path for path in entry.files if is_model(path) and (output / path).is_file()}
    links = {path: (output / path, entry.files[path]) for path in here}
    return AdoptedScene(entry.scene, links, dict(_checked(folder, entry, here)))


def _checked(
    folder: ObjectFolder, entry: JournalEntry, here: set[str]
) -> Iterator[tuple[str, bytes]]:
    for path, data in folder.read_many(path for path in entry.files if path not in here).items():
        if _digest(data) != entry.files[path]:
            raise DatasetError(
                f"{folder.place}/{path}: is not the file that the journal lists. Remove the line "
                f"of scene {entry.scene} and generate it again with --resume"
            )
        yield path, data


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
