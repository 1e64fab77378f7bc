"""Write a dataset scene by scene, so that a kill at any moment loses only the scene in hand."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType, TracebackType

from ..annotation import FrameAnnotation
from ..errors import DatasetError, OutputError, StorageError
from ..mesh import TriangleMesh
from ..rendered_frame import RenderedFrame
from ..scene_spec import SettledScene, canonical_json
from ..writers.coco import write_coco
from ..writers.frame_files import EncodedFrame, encode_frame
from ..writers.models import encode_model
from .atomic import link_file, make_folder, remove_file, sync_folders, write_together
from .faults import reason_of
from .info import DatasetInfo, json_from_info
from .journal import Journal, JournalEntry, listed_models
from .layout import (
    COCO_FILE,
    INFO_FILE,
    JOURNAL_FILE,
    MODEL_FOLDER,
    is_model,
    model_paths,
    scene_files,
    scene_path,
)
from .lock import DatasetLock
from .opening import check_folder, refuse_finished, remove_leftovers
from .reading import Dataset


@dataclass(frozen=True)
class AdoptedScene:
    """A finished scene of another dataset.

    Attributes:
        scene: its number here.
        links: where files lie that are taken as they are, and their SHA-256, by their paths here.
        files: content of the others.
    """

    scene: int
    links: Mapping[str, tuple[Path, str]]
    files: Mapping[str, bytes]


class DatasetStore:
    """A dataset open for writing by this process alone.

    One thread at a time may call it; encoding (`encode_frame`) needs no store. Use it in a
    ``with`` statement, or call `close`. After an error the dataset is resumable.
    """

    def __init__(self, directory: Path, info: DatasetInfo, lock: DatasetLock) -> None:
        """Prefer `create_or_resume`, which checks the folder first."""
        self.directory = directory
        self.info = info
        self._lock = lock
        self._journal = Journal(directory / JOURNAL_FILE)
        self._model_hashes: dict[str, str] = {}

    @classmethod
    def create_or_resume(
        cls, directory: Path, info: DatasetInfo, resume: bool, wanted: Collection[int]
    ) -> DatasetStore:
        """Start a dataset in an absent or empty folder, or continue the one that `info` describes.

        Args:
            resume: whether `wanted` may name scenes that are finished already.
            wanted: the scene indices that the caller is going to ask for.

        Raises:
            OutputError: the folder holds something else, another process writes it, or it holds
                wanted scenes and `resume` is False. Nothing in it was touched.
            DatasetError: its journal is damaged.
            StorageError: the disk is full or refuses.
        """
        check_folder(directory, info)
        _make_output(directory)
        lock = DatasetLock(directory)
        try:
            # what was checked may have changed while another process held the lock
            check_folder(directory, info)
            if not (directory / INFO_FILE).exists():
                write_together({directory / INFO_FILE: json_from_info(info)})
                sync_folders([directory])
            if not resume:
                refuse_finished(directory, wanted)
            store = cls(directory, info, lock)
            remove_leftovers(directory, store._journal, info.views_per_scene)
        except BaseException:
            lock.release()
            raise
        return store

    def pending(self, wanted: Iterable[int]) -> list[int]:
        """Return those of the `wanted` scenes that are not finished, in the given order."""
        return [scene for scene in wanted if scene not in self._journal]

    def write_scene(
        self,
        scene: SettledScene,
        frames: Sequence[tuple[RenderedFrame, FrameAnnotation]],
        meshes: Mapping[str, TriangleMesh] = MappingProxyType({}),
    ) -> None:
        """Encode and commit a scene with all its views; see `commit_scene`."""
        encoded = [encode_frame(*frame, scene, self.info) for frame in frames]
        self.commit_scene(scene, encoded, meshes)

    def commit_scene(
        self,
        scene: SettledScene,
        frames: Sequence[EncodedFrame],
        meshes: Mapping[str, TriangleMesh] = MappingProxyType({}),
    ) -> None:
        """Store a scene's files, then enter it in the journal: it is finished when this returns.

        Args:
            meshes: by asset key, as `Renderer.load` returned them; of those that are no
                procedural shapes.

        Raises:
            StorageError: the disk is full or refuses; the scene is still pending.
            ValueError: `frames` are not the scene's views, or the scene is finished already.
        """
        files = self._files_of(scene, frames)
        hashes, models = self._models_of(scene, meshes)
        digests = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
        self._store(scene.spec.scene, hashes | digests, files | models, {})

    def adopt_scene(self, adopted: AdoptedScene) -> None:
        """Take a scene of another dataset over; it is finished when this returns.

        Raises:
            StorageError: the disk is full or refuses; the scene is still pending.
            DatasetError: one of its files is missing.
        """
        digests = {path: hashlib.sha256(data).hexdigest() for path, data in adopted.files.items()}
        digests |= {path: digest for path, (_, digest) in adopted.links.items()}
        links = {path: source for path, (source, _) in adopted.links.items()}
        self._store(adopted.scene, digests, adopted.files, links)

    def _store(
        self,
        scene: int,
        digests: Mapping[str, str],
        files: Mapping[str, bytes],
        links: Mapping[str, Path],
    ) -> None:
        views = self.info.views_per_scene
        entry = JournalEntry(scene=scene, frames=(scene * views, views), files=dict(digests))
        made = [*files, *(path for path in links if not is_model(path))]
        try:
            remove_file(self.directory / COCO_FILE)  # it would not list this scene
            folders = [self.directory / folder for folder in _folders_of([*files, *links])]
            for folder in folders:
                make_folder(folder)
            for path, source in links.items():
                link_file(source, self.directory / path)
            write_together({self.directory / path: data for path, data in files.items()})
            sync_folders(folders)
            self._journal.append(entry)
        except (StorageError, DatasetError):
            self._discard(made)
            raise

    def finish(self) -> None:
        """Bring the dataset into the form that depends on its scenes alone, and write COCO.

        Call it at the end of every run, also when nothing was pending. More scenes may follow.

        Raises:
            DatasetError: a finished frame's record has become unreadable.
            StorageError: the disk is full or refuses.
        """
        self._journal.sort()
        self._remove_unused_models()
        dataset = Dataset(self.directory, self.info, self._journal.index)
        write_coco(dataset.annotations(), self.info.categories, self.directory / COCO_FILE)

    def _remove_unused_models(self) -> None:
        """Remove meshes that no finished scene shows, as a run that was killed may leave them."""
        present = set(self.directory.glob(f"{MODEL_FOLDER}/*"))
        if present:
            used = {self.directory / path for path in listed_models(self._journal.path)}
            for path in sorted(
                path for path in present - used if is_model(f"{MODEL_FOLDER}/{path.name}")
            ):
                remove_file(path)

    def close(self) -> None:
        """Let other processes write the dataset. Harmless when done before."""
        self._lock.release()

    def _files_of(self, scene: SettledScene, frames: Sequence[EncodedFrame]) -> dict[str, bytes]:
        """Return all files of a scene by path, making sure that none is missing or too much."""
        number, views = scene.spec.scene, self.info.views_per_scene
        if number in self._journal:
            raise ValueError(f"scene {number} is finished already")
        expected = range(number * views, (number + 1) * views)
        files = {path: data for frame in frames for path, data in frame.files}
        files[scene_path(number)] = f"{canonical_json(scene)}\n".encode()
        if set(files) != scene_files(number, expected, self.info.outputs):
            given = [frame.frame for frame in frames]
            raise ValueError(
                f"scene {number} needs all outputs of frames {expected.start} to "
                f"{expected.stop - 1}, given were {given}"
            )
        return files

    def _models_of(
        self, scene: SettledScene, meshes: Mapping[str, TriangleMesh]
    ) -> tuple[dict[str, str], dict[str, bytes]]:
        """Return the SHA-256 of each mesh that is kept of a scene, and the files still to write."""
        hashes, missing = {}, {}
        for path, asset in model_paths(scene.spec, self.info.outputs).items():
            is_there = (self.directory / path).is_file()
            if path not in self._model_hashes or not is_there:
                data = encode_model(meshes[canonical_json(asset)])
                self._model_hashes[path] = hashlib.sha256(data).hexdigest()
                if not is_there:
                    missing[path] = data
            hashes[path] = self._model_hashes[path]
        return hashes, missing

    def _discard(self, files: Iterable[str]) -> None:
        # gives a full disk its space back; what cannot be removed goes when the run is resumed
        for path in files:
            with suppress(OSError):
                (self.directory / path).unlink(missing_ok=True)

    def __enter__(self) -> DatasetStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _make_output(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{directory}: cannot be made ({reason_of(error)}). Choose another --output."
        ) from error


def _folders_of(files: Iterable[str]) -> set[PurePosixPath]:
    """Return the folders whose names a scene may have added to, up to the dataset's own."""
    return {folder for path in files for folder in PurePosixPath(path).parents}
