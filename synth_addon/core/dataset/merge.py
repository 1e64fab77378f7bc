"""Joins datasets, and takes parts of them.

Parts of one dataset, made from the same recipe by several runs, become exactly what one run would
have made. Datasets of compatible recipes become one whose scenes are numbered anew, in the order in
which the datasets are named.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from ..errors import OutputError, UsageError
from .adoption import Donor, united_categories
from .info import DatasetInfo, first_difference
from .scene_files import AdoptedScene
from .store import DatasetStore

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
    return _adopt(info, _in_a_row(donors, info), output, resume, listener)


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
    scenes = {
        scene: _lazily(donor.as_it_is, scene) for scene in donor.entries if chosen(donor, scene)
    }
    if not scenes:
        raise UsageError(f"no scene of {directory} is chosen. Choose others")
    return _adopt(donor.dataset.info, scenes, output, resume, listener)


Scenes = Mapping[int, Callable[[], AdoptedScene]]
"""What to take over by its new number; made when it is its turn."""


def _lazily(make: Callable[..., AdoptedScene], *arguments: Any) -> Callable[[], AdoptedScene]:
    return lambda: make(*arguments)


def _adopt(
    info: DatasetInfo, scenes: Scenes, output: Path, resume: bool, listener: Listener
) -> int:
    with DatasetStore.create_or_resume(output, info, resume, scenes) as store:
        for number in store.pending(sorted(scenes)):
            store.adopt_scene(scenes[number]())
            listener(number)
        store.finish()
    return len(scenes)


def _united(donors: Iterable[Donor]) -> Scenes:
    """Return the scenes of parts of one dataset.

    Raises:
        UsageError: two parts hold a scene of one number with different files.
    """
    found: dict[int, Donor] = {}
    for donor in donors:
        for scene, entry in donor.entries.items():
            other = found.setdefault(scene, donor)
            if other.entries[scene] != entry:
                raise UsageError(
                    f"scene {scene} of {donor.dataset.directory} is not that of "
                    f"{other.dataset.directory}, although both are of one recipe. "
                    "`synth validate` tells which of them is damaged"
                )
    return {scene: _lazily(donor.as_it_is, scene) for scene, donor in found.items()}


def _in_a_row(donors: Iterable[Donor], info: DatasetInfo) -> Scenes:
    pairs = [(donor, scene) for donor in donors for scene in sorted(donor.entries)]
    return {
        number: _lazily(donor.renumbered, scene, number, info)
        for number, (donor, scene) in enumerate(pairs)
    }


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
