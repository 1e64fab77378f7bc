"""Takes finished scenes of one dataset over into another, under other numbers where need be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..annotation import FrameAnnotation
from ..errors import DatasetError
from ..scene_spec import SettledScene, canonical_json, content_hash
from .info import Category, DatasetInfo
from .layout import frame_paths, is_model, scene_path
from .reading import Dataset, open_dataset
from .scene_files import AdoptedScene


@dataclass(frozen=True)
class Donor:
    """A dataset whose scenes are taken over.

    Attributes:
        dataset: it; it has at least one finished scene.
    """

    dataset: Dataset

    @classmethod
    def opened(cls, directory: Path) -> Donor:
        """Open a dataset.

        Raises:
            DatasetError: it is none, is damaged, or has no finished scene.
        """
        dataset = open_dataset(directory)
        if not len(dataset):
            raise DatasetError(f"{directory}: has no finished scene yet. Generate some first")
        return cls(dataset)

    def as_it_is(self, scene: int) -> AdoptedScene:
        """Return a scene with its own number, files and bytes."""
        entry = self.dataset.entry(scene)
        links = {p: (self.dataset.directory / p, digest) for p, digest in entry.files.items()}
        return AdoptedScene(scene, links, {})

    def renumbered(self, scene: int, number: int, info: DatasetInfo) -> AdoptedScene:
        """Return a scene as one of another dataset, under another number.

        Pictures stay as they are; records get the new numbers and the other dataset's class ids.
        """
        entry, own = self.dataset.entry(scene), self.dataset.info
        links = {
            _new_path(path, scene, number, own): (self.dataset.directory / path, digest)
            for path, digest in entry.files.items()
            if not path.startswith(("frames/", "scenes/"))
        }
        ids = {category.name: category.id for category in info.categories}
        settled = _renumbered_scene(self.dataset.scene(scene), number, info, ids)
        files = {scene_path(number): f"{canonical_json(settled)}\n".encode()}
        for view, frame in enumerate(entry.frame_range):
            record = _renumbered_frame(self.dataset.annotation(frame), settled, view, ids)
            path = frame_paths(record.frame, own.outputs)["frames"]
            files[path] = f"{canonical_json(record)}\n".encode()
        return AdoptedScene(number, links, files)


def _new_path(path: str, scene: int, number: int, info: DatasetInfo) -> str:
    """Return where a file of a scene lies once the scene has another number."""
    if is_model(path):
        return path
    views = info.views_per_scene
    for view in range(views):
        before = frame_paths(scene * views + view, info.outputs)
        after = frame_paths(number * views + view, info.outputs)
        for channel, known in before.items():
            if known == path:
                return after[channel]
    raise DatasetError(f"{path}: is no file of scene {scene}. `synth validate` lists what is wrong")


def _renumbered_scene(
    scene: SettledScene, number: int, info: DatasetInfo, ids: Mapping[str, int]
) -> SettledScene:
    objects = tuple(
        item.model_copy(update={"category_id": ids[item.category] if item.category else None})
        for item in scene.spec.objects
    )
    changes = {"scene": number, "recipe_hash": info.recipe_hash, "objects": objects}
    views = tuple(
        view.model_copy(update={"frame": number * info.views_per_scene + view.view})
        for view in scene.views
    )
    return scene.model_copy(update={"spec": scene.spec.model_copy(update=changes), "views": views})


def _renumbered_frame(
    record: FrameAnnotation, scene: SettledScene, view: int, ids: Mapping[str, int]
) -> FrameAnnotation:
    objects = tuple(
        shown.model_copy(update={"category_id": ids[shown.category] if shown.category else None})
        for shown in record.objects
    )
    return record.model_copy(
        update={
            "frame": scene.views[view].frame,
            "scene": scene.spec.scene,
            "spec_hash": content_hash(scene.spec),
            "objects": objects,
        }
    )


def united_categories(infos: Iterator[DatasetInfo]) -> tuple[Category, ...]:
    """Return the classes of all datasets, in the order in which they come first."""
    names = dict.fromkeys(category.name for info in infos for category in info.categories)
    return tuple(Category(id=number, name=name) for number, name in enumerate(names, start=1))
