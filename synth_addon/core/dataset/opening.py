"""Decide whether a folder may be written to, before anything in it is touched."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

from ..errors import DatasetError, OutputError
from .atomic import remove_file
from .faults import reason_of
from .info import DatasetInfo, first_difference, read_info
from .journal import Journal
from .journal_lines import walk_journal
from .layout import (
    INFO_FILE,
    JOURNAL_FILE,
    LOCK_FILE,
    is_temporary,
    owner_of,
    scenes_in_folder,
    walk_format_folders,
)
from .place import Place
from .presence import PRESENCE_FILE
from .run_record import RUN_FILE

# written by file browsers into any folder they show
_HARMLESS = frozenset({LOCK_FILE, PRESENCE_FILE, RUN_FILE, ".DS_Store", "Thumbs.db", "desktop.ini"})


def check_folder(directory: Path, info: DatasetInfo) -> None:
    """Make sure that a folder is absent, empty or holds the dataset that `info` describes.

    Raises:
        OutputError: it holds something else; nothing was touched.
    """
    if INFO_FILE in _names(directory):
        _refuse_other_dataset(directory, info)
    else:
        refuse_foreign_files(directory)


def refuse_foreign_files(directory: Path) -> None:
    """Make sure that a folder is absent, empty or holds a dataset.

    Raises:
        OutputError: it holds something else; nothing was touched.
    """
    names = _names(directory)
    if INFO_FILE in names:
        return
    foreign = sorted(n for n in names if n not in _HARMLESS and not is_temporary(n))
    if foreign:
        some = ", ".join(foreign[:3]) + (", ..." if len(foreign) > 3 else "")
        raise OutputError(
            f"{directory}: holds files that are no Synth dataset ({some}). "
            "Choose an empty or new folder as --output."
        )


def refuse_finished(directory: Path, wanted: Collection[int]) -> None:
    """Make sure that no wanted scene is in the dataset already.

    Raises:
        DatasetError: the journal is damaged.
        OutputError: some are; nothing was touched.
    """
    lines = walk_journal(directory / JOURNAL_FILE)
    refuse_finished_scenes(directory, (line.scene for line in lines), wanted)


def refuse_finished_scenes(place: Place, finished: Iterable[int], wanted: Collection[int]) -> None:
    """Make sure that no wanted scene is among the finished ones.

    Raises:
        OutputError: some are.
    """
    found = sorted(scene for scene in finished if scene in wanted)
    if found:
        raise OutputError(
            f"{place}: already holds {_scenes(found)}. Add --resume to keep what is there "
            "and make only what is missing, or choose another --output."
        )


def make_output(directory: Path) -> None:
    """Make the folder of a dataset.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{directory}: cannot be made ({reason_of(error)}). Choose another --output."
        ) from error


def remove_leftovers(
    directory: Path, journal: Journal, views_per_scene: int, *, everywhere: bool
) -> None:
    """Remove what an interrupted run left: temporary files and files of unfinished scenes.

    Files that the layout does not know are the user's and stay.

    Args:
        everywhere: whether to look into folders too of which all scenes are finished. Nothing is
            in them that would disturb a run, and looking takes a minute for twenty million files.

    Raises:
        StorageError: the disk refuses.
    """

    def is_finished(folder: str) -> bool:
        scenes = scenes_in_folder(folder, views_per_scene)
        return scenes is not None and not everywhere and all(scene in journal for scene in scenes)

    for path in walk_format_folders(directory, is_finished):
        owner = owner_of(path)
        unfinished = owner is not None and owner.scene(views_per_scene) not in journal
        if unfinished or is_temporary(path.rpartition("/")[2]):
            remove_file(directory / path)
    for name in _names(directory):
        if is_temporary(name):
            remove_file(directory / name)


def _names(directory: Path) -> list[str]:
    try:
        return os.listdir(directory)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise OutputError(
            f"{directory}: is no folder that can be used ({reason_of(error)}). "
            "Choose another --output."
        ) from error


def _refuse_other_dataset(directory: Path, info: DatasetInfo) -> None:
    try:
        present = read_info(directory)
    except DatasetError as error:
        raise OutputError(f"{error} Or choose another --output.") from error
    refuse_other_info(directory, present, info)


def refuse_other_info(place: Place, present: DatasetInfo, info: DatasetInfo) -> None:
    """Make sure that a dataset is the one that is to be made.

    Raises:
        OutputError: it is not.
    """
    difference = first_difference(present, info)
    if difference is not None:
        path, theirs, ours = difference
        raise OutputError(
            f"{place}: holds a dataset that was made differently: {path} is {theirs} there "
            f"and {ours} now. Use the same recipe and versions, or choose another --output."
        )


def _scenes(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"scene {numbers[0]}"
    if numbers[-1] - numbers[0] + 1 == len(numbers):
        return f"scenes {numbers[0]} to {numbers[-1]}"
    some = ", ".join(str(number) for number in numbers[:5])
    return f"{len(numbers)} of the wanted scenes ({some}{', ...' if len(numbers) > 5 else ''})"
