"""Check every promise that a dataset makes; see docs/dataset.md for the list."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path
from typing import Any

from ..errors import DatasetError
from ..scene_spec import SettledScene
from ..writers.coco import stream_coco
from .faults import reading_errors
from .frame_checks import check_frame
from .info import DatasetInfo
from .journal_index import listed_models, read_entries, read_index
from .journal_lines import JournalEntry
from .layout import (
    COCO_FILE,
    JOURNAL_FILE,
    Owner,
    frame_paths,
    is_model,
    is_temporary,
    model_paths,
    owner_of,
    scene_files,
    scene_path,
    walk_format_folders,
)
from .reading import Dataset, open_dataset
from .tree_hash import file_hash

_RESUME = "run `synth generate` with --resume"


def validate_dataset(directory: Path) -> list[str]:
    """Return one line for each broken promise; an empty list means that the dataset is sound."""
    return list(iterate_problems(directory))


def iterate_problems(directory: Path) -> Iterator[str]:
    """Yield what `validate_dataset` returns as it is found, with the memory of one scene."""
    try:
        dataset = open_dataset(directory)
        index = read_index(directory / JOURNAL_FILE)
    except DatasetError as error:
        yield str(error)
        return
    if index.is_torn:
        yield f"{JOURNAL_FILE}: the last line was cut off by an interruption; {_RESUME}"
    yield from _check_categories(dataset.info)
    for entry in read_entries(directory / JOURNAL_FILE, index):
        yield from _check_scene(dataset, entry)
    yield from _check_strangers(dataset)
    yield from _check_coco(dataset)


def _check_categories(info: DatasetInfo) -> Iterator[str]:
    ids = [category.id for category in info.categories]
    if ids != list(range(1, len(ids) + 1)):
        yield f"dataset.json: categories have the ids {ids}, not 1 to {len(ids)} in order"
    names = [category.name for category in info.categories]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"dataset.json: categories hold the name {name!r} more than once"


def _check_scene(dataset: Dataset, entry: JournalEntry) -> Iterator[str]:
    views = dataset.info.views_per_scene
    expected = range(entry.scene * views, (entry.scene + 1) * views)
    if entry.frame_range != expected:
        yield (
            f"{JOURNAL_FILE}: scene {entry.scene} lists frames {list(entry.frames)}, "
            f"not {[expected.start, views]}"
        )
        return
    wanted = scene_files(entry.scene, expected, dataset.info.outputs)
    with suppress(DatasetError):  # reported where the scene is checked
        wanted |= set(model_paths(dataset.scene(entry.scene).spec, dataset.info.outputs))
    for path in sorted(wanted - set(entry.files)):
        yield f"{JOURNAL_FILE}: scene {entry.scene} does not list {path}"
    for path in sorted(set(entry.files) - wanted):
        yield f"{JOURNAL_FILE}: scene {entry.scene} lists {path}, which is none of its files"
    for path in sorted(wanted & set(entry.files)):
        yield from _check_file(dataset.directory, path, entry)
    scene: SettledScene | None = None
    try:
        scene = dataset.scene(entry.scene)
        yield from _check_origin(dataset.info, entry.scene, scene)
    except DatasetError as error:
        yield f"scene {entry.scene}: {error}"
    for frame in entry.frame_range:
        yield from check_frame(dataset, frame, scene)


def _check_origin(info: DatasetInfo, number: int, scene: SettledScene) -> Iterator[str]:
    if scene.spec.scene != number:
        yield f"scene {number}: its record is that of scene {scene.spec.scene}"
    if scene.spec.recipe_hash != info.recipe_hash:
        yield f"scene {number}: recipe_hash is not that of dataset.json"


def _check_file(directory: Path, path: str, entry: JournalEntry) -> Iterator[str]:
    if not (directory / path).is_file():
        return  # reported where the file is read
    try:
        found = file_hash(directory / path)
    except DatasetError:
        return
    if found != entry.files[path]:
        owner = owner_of(path)
        whose = f"{owner.kind} {owner.number}" if owner else f"scene {entry.scene}"
        yield f"{whose}: {path} is not the file that the journal lists (SHA-256 {found[:12]}...)"


def _check_strangers(dataset: Dataset) -> Iterator[str]:
    """Yield files that belong to no finished scene, and traces of an interruption."""
    models = listed_models(dataset.directory / JOURNAL_FILE)
    for path in walk_format_folders(dataset.directory):
        owner = owner_of(path)
        if is_temporary(path.rpartition("/")[2]):
            yield f"{path}: is a temporary file of an interrupted run; {_RESUME}"
        elif owner is None:
            if path != COCO_FILE and not (is_model(path) and path in models):
                yield f"{path}: is no file of this format; remove it"
        elif (scene := owner.scene(dataset.info.views_per_scene)) not in dataset:
            yield f"{path}: belongs to scene {scene}, which is not finished; {_RESUME}"
        elif path not in _paths_of(owner, dataset.info):
            yield f"{path}: is no output of this dataset; remove it"
    for name in sorted(os.listdir(dataset.directory)):
        if is_temporary(name):
            yield f"{name}: is a temporary file of an interrupted run; {_RESUME}"


def _paths_of(owner: Owner, info: DatasetInfo) -> Collection[str]:
    if owner.kind == "scene":
        return (scene_path(owner.number),)
    return frame_paths(owner.number, info.outputs).values()


def _check_coco(dataset: Dataset) -> Iterator[str]:
    """Yield where the COCO file differs from what the frames' records make, line by line."""
    path = dataset.directory / COCO_FILE
    if not path.is_file():
        yield f"{COCO_FILE}: is missing, the run did not finish; {_RESUME}"
        return
    with tempfile.TemporaryFile() as expected:
        try:
            stream_coco(dataset.annotations(), dataset.info.categories, expected)
        except DatasetError:
            return  # the frame is reported already
        expected.seek(0)
        with reading_errors(path), open(path, "rb") as file:
            pairs = zip_longest(file, expected, fillvalue=b"")
            for number, (found, wanted) in enumerate(pairs, start=1):
                if found != wanted:
                    yield f"{COCO_FILE}: line {number}: {_difference(found, wanted)}"
                    return


def _difference(found: bytes, wanted: bytes) -> str:
    """Say which frame and object a line of COCO is about, and what is wrong with it."""
    ours, theirs = _record(wanted), _record(found)
    about = ours or theirs
    where = "it"
    if "image_id" in about:
        where = f"frame {about['image_id'] - 1}: object {about['instance_id']}"
    elif "file_name" in about:
        where = f"frame {about['id'] - 1}"
    elif "name" in about:
        where = f"category {about['name']!r}"
    keys = [key for key in ours if ours[key] != theirs.get(key)]
    if ours and theirs and keys:
        return f"{where}: {keys[0]} differs from the frame's record"
    return f"{where} differs from what the frames' records make"


def _record(line: bytes) -> dict[str, Any]:
    """Return the object that stands in a line of COCO, empty where there is none."""
    begin, end = line.find(b"{"), line.rfind(b"}")
    for stop in (end + 1, end):
        try:
            value = json.loads(line[begin:stop])
        except ValueError:
            continue
        if isinstance(value, dict):
            return value
    return {}
