"""Joins datasets, and takes parts of them.

Parts of one dataset, made from the same recipe by several runs, become exactly what one run would
have made. Datasets of compatible recipes become one whose scenes are numbered anew, in the order in
which the datasets are named.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from ..errors import DatasetError, OutputError, UsageError
from .adoption import Donor, united_categories
from .faults import reason_of
from .info import DatasetInfo, first_difference
from .layout import INFO_FILE
from .reading import Dataset
from .scene_files import AdoptedScene
from .scene_set import SceneSet
from .store import DatasetStore

_AT_ONCE = 100
"""Scenes that are taken over before the disk is waited for."""
Listener = Callable[[int], None]


def merge_datasets(
    directories: Sequence[Path],
    output: Path,
    *,
    resume: bool = False,
    listener: Listener = lambda scene: None,
) -> int:
    """Join datasets into a new one and return how many scenes it has.

    Args:
        resume: whether to go on with a merge that was interrupted.
        listener: told of each scene that is taken over, by its new number.

    Raises:
        DatasetError: one cannot be read.
        UsageError: they do not fit together, or hold different scenes of one number.
        OutputError: the output folder cannot be used.
        StorageError: the disk is full or refuses.
    """
    donors = [Donor.opened(directory) for directory in directories]
    _refuse_inside(directories, output)
    infos = [donor.dataset.info for donor in donors]
    if all(info == infos[0] for info in infos):
        return _adopt(infos[0], _united(donors), output, resume, listener)
    info = _joined_info(infos, directories)
    return _adopt(info, _in_a_row(donors), output, resume, listener)


def datasets_in(folder: Path) -> list[Path]:
    """Return the datasets that lie in a folder, in the order of their names.

    Raises:
        DatasetError: it cannot be read, or holds none.
    """
    try:
        found = sorted(path for path in folder.iterdir() if (path / INFO_FILE).is_file())
    except OSError as error:
        raise DatasetError(
            f"{folder}: cannot be read ({reason_of(error)}). Give a folder that holds datasets"
        ) from error
    if not found:
        raise DatasetError(f"{folder}: holds no dataset. Give the folder that all parts lie in")
    return found


def take_subset(
    directory: Path,
    output: Path,
    chosen: Callable[[Donor, int], bool],
    *,
    resume: bool = False,
    listener: Listener = lambda scene: None,
) -> int:
    """Copy some scenes of a dataset, with their numbers, into a new one; return how many.

    Args:
        chosen: tells whether a scene is taken.

    Raises:
        UsageError: no scene is chosen.
        DatasetError, OutputError, StorageError: as `merge_datasets`.
    """
    donor = Donor.opened(directory)
    _refuse_inside([directory], output)
    scenes = [scene for scene in donor.dataset.scene_numbers() if chosen(donor, scene)]
    if not scenes:
        raise UsageError(f"no scene of {directory} is chosen. Choose others")
    numbers = np.array(scenes, np.int64)
    plan = _Plan((donor,), numbers, np.zeros(numbers.size, np.int32), numbers, renumbers=False)
    return _adopt(donor.dataset.info, plan, output, resume, listener)


@dataclass(frozen=True)
class _Plan:
    """What is taken over.

    Attributes:
        numbers: of the new scenes, ascending, (N) int64.
        sources: which donor each is of, (N) int32.
        scenes: their numbers there, (N) int64.
        renumbers: whether scenes get other numbers and class ids, or stay as they are.
    """

    donors: Sequence[Donor]
    numbers: NDArray[np.int64]
    sources: NDArray[np.int32]
    scenes: NDArray[np.int64]
    renumbers: bool

    def scene(self, place: int, info: DatasetInfo) -> AdoptedScene:
        """Return one of the scenes."""
        donor, scene = self.donors[int(self.sources[place])], int(self.scenes[place])
        if self.renumbers:
            return donor.renumbered(scene, int(self.numbers[place]), info)
        return donor.as_it_is(scene)


def _adopt(info: DatasetInfo, plan: _Plan, output: Path, resume: bool, listener: Listener) -> int:
    wanted = SceneSet(map(int, plan.numbers))
    with DatasetStore.create_or_resume(output, info, resume, wanted) as store:
        pending = (place for place, number in enumerate(plan.numbers) if int(number) not in store)
        while places := list(islice(pending, _AT_ONCE)):
            scenes = [plan.scene(place, info) for place in places]
            store.adopt_scenes(scenes)
            for scene in scenes:
                listener(scene.scene)
        store.finish()
    return plan.numbers.size


def _united(donors: Sequence[Donor]) -> _Plan:
    """Return the scenes of parts of one dataset.

    Raises:
        UsageError: two parts hold a scene of one number with different files.
    """
    held = [donor.dataset.finished for donor in donors]
    scenes = np.concatenate(held)
    sources = np.repeat(np.arange(len(donors), dtype=np.int32), [len(part) for part in held])
    order = np.argsort(scenes, kind="stable")
    scenes, sources = scenes[order], sources[order]
    again = np.flatnonzero(scenes[1:] == scenes[:-1]) + 1
    for place in again:
        one, other = donors[sources[place - 1]].dataset, donors[sources[place]].dataset
        _refuse_other_files(int(scenes[place]), one, other)
    scenes, sources = np.delete(scenes, again), np.delete(sources, again)
    return _Plan(donors, scenes, sources, scenes, renumbers=False)


def _refuse_other_files(scene: int, one: Dataset, other: Dataset) -> None:
    if one.entry(scene) != other.entry(scene):
        raise UsageError(
            f"scene {scene} of {other.directory} is not that of {one.directory}, although both "
            "are of one recipe. `synth validate` tells which of them is damaged"
        )


def _in_a_row(donors: Sequence[Donor]) -> _Plan:
    held = [donor.dataset.finished for donor in donors]
    scenes = np.concatenate(held)
    sources = np.repeat(np.arange(len(donors), dtype=np.int32), [len(part) for part in held])
    return _Plan(donors, np.arange(scenes.size), sources, scenes, renumbers=True)


def _joined_info(infos: Sequence[DatasetInfo], directories: Sequence[Path]) -> DatasetInfo:
    """Return what a dataset of all says about itself.

    Raises:
        UsageError: sizes, channels or groups of one name differ.
    """
    first = infos[0]
    for info, directory in zip(infos[1:], directories[1:], strict=True):
        for name in ("width", "height", "views_per_scene", "outputs"):
            _refuse_difference(name, first, info, directories[0], directory)
    categories = united_categories(iter(infos))
    recipe = _joined_recipe(infos, directories)
    text = json.dumps(recipe, sort_keys=True, separators=(",", ":"))
    renderers = dict.fromkeys(info.renderer for info in infos)
    return first.model_copy(
        update={
            "recipe": recipe,
            "recipe_hash": hashlib.sha256(text.encode()).hexdigest(),
            "categories": categories,
            "renderer": " + ".join(renderers),
            "semantic_classes": _semantic(infos, categories),
        }
    )


def _semantic(infos: Sequence[DatasetInfo], categories: tuple[Any, ...]) -> tuple[Any, ...]:
    if infos[0].outputs.semantic and any(info.categories != categories for info in infos):
        raise UsageError(
            "the datasets hold semantic maps and their classes differ, so that one number would "
            "mean different things. Name all classes in each recipe's categories, in one order"
        )
    return infos[0].semantic_classes


def _refuse_difference(
    name: str, one: DatasetInfo, other: DatasetInfo, here: Path, there: Path
) -> None:
    if getattr(one, name) != getattr(other, name):
        found = first_difference(one, other)
        path, ours, theirs = found if found and found[0].startswith(name) else (name, "", "")
        ours, theirs = ours or str(getattr(one, name)), theirs or str(getattr(other, name))
        raise UsageError(
            f"{path} is {ours} in {here} and {theirs} in {there}. "
            "Only datasets with equal images and channels can be merged"
        )


def _joined_recipe(
    infos: Sequence[DatasetInfo], directories: Sequence[Path]
) -> dict[str, JsonValue]:
    """Return the first recipe with the object groups of all, and where it comes from."""
    groups: dict[str, Any] = {}
    for info, directory in zip(infos, directories, strict=True):
        for name, group in _groups(info):
            known = groups.setdefault(name, group)
            for key in ("role", "category", "keypoints", "symmetries"):
                if known.get(key) != group.get(key):
                    raise UsageError(
                        f"objects.{name}.{key} of {directory} differs from that of a dataset "
                        "before it. Rename the group in one of the recipes"
                    )
    merged: list[JsonValue] = [info.recipe_hash for info in infos]
    return {**infos[0].recipe, "objects": groups, "merged": merged}


def _groups(info: DatasetInfo) -> Iterator[tuple[str, dict[str, Any]]]:
    groups: Any = info.recipe["objects"]
    yield from groups.items()


def _refuse_inside(directories: Iterable[Path], output: Path) -> None:
    place = output.resolve()
    for directory in directories:
        known = directory.resolve()
        if place == known or known in place.parents or place in known.parents:
            raise OutputError(
                f"{output}: is, holds or lies inside {directory}. Choose another --output"
            )
