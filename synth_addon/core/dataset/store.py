"""Write a dataset scene by scene, so that a kill at any moment loses only the scene in hand."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, TracebackType

from ..annotation import FrameAnnotation
from ..errors import StorageError
from ..mesh import TriangleMesh
from ..rendered_frame import RenderedFrame
from ..scene_spec import SettledScene
from ..writers.coco import write_coco
from ..writers.frame_files import EncodedFrame, encode_frame
from .atomic import remove_file, sync_folders, write_together
from .info import DatasetInfo, json_from_info
from .journal import Journal
from .journal_index import listed_models
from .journal_lines import JournalEntry, walk_journal
from .layout import (
    COCO_FILE,
    INFO_FILE,
    JOURNAL_FILE,
    MODEL_FOLDER,
    frame_paths,
    is_model,
    scene_path,
)
from .local_folder import LocalFolder
from .lock import DatasetLock
from .opening import check_folder, make_output, refuse_finished, remove_leftovers
from .reading import read_record
from .rechecking import damaged_scenes
from .scene_files import AdoptedScene, SceneFiles


class DatasetStore:
    """A dataset open for writing by this process alone.

    One thread at a time may call it; encoding (`encode_frame`) needs no store. Use it in a
    ``with`` statement, or call `close`. After an error the dataset is resumable.

    Attributes:
        damaged: scenes that were finished and are to be made anew, with the file that is missing or
            not as the journal says.
    """

    def __init__(self, directory: Path, info: DatasetInfo, lock: DatasetLock) -> None:
        """Prefer `create_or_resume`, which checks the folder first."""
        self.directory = directory
        self.info = info
        self._lock = lock
        self._journal = Journal(directory / JOURNAL_FILE)
        self._files = SceneFiles(LocalFolder(directory), info)
        self.damaged: dict[int, str] = {}

    @classmethod
    def create_or_resume(
        cls,
        directory: Path,
        info: DatasetInfo,
        resume: bool,
        wanted: Collection[int],
        *,
        check_all: bool = False,
    ) -> DatasetStore:
        """Start a dataset in an absent or empty folder, or continue the one that `info` describes.

        Args:
            resume: whether `wanted` may name scenes that are finished already.
            wanted: the scene indices that the caller is going to ask for.
            check_all: whether the files of all finished scenes are compared with the journal,
                however long it takes; else those of the newest, for a few seconds.

        Raises:
            OutputError: the folder holds something else, another process writes it, or it holds
                wanted scenes and `resume` is False. Nothing in it was touched.
            DatasetError: its journal is damaged.
            StorageError: the disk is full or refuses.
        """
        check_folder(directory, info)
        make_output(directory)
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
            store._forget_damaged(wanted, check_all)
            remove_leftovers(directory, store._journal, info.views_per_scene, everywhere=False)
        except BaseException:
            lock.release()
            raise
        return store

    def pending(self, wanted: Iterable[int]) -> Iterator[int]:
        """Yield those of the `wanted` scenes that are not finished, in the given order."""
        return (scene for scene in wanted if scene not in self._journal)

    def __contains__(self, scene: int) -> bool:
        """Tell whether a scene is finished."""
        return scene in self._journal

    def count_pending(self, wanted: Iterable[int]) -> int:
        """Return how many of the `wanted` scenes are not finished."""
        return sum(1 for _ in self.pending(wanted))

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
        if scene.spec.scene in self._journal:
            raise ValueError(f"scene {scene.spec.scene} is finished already")
        self.enter([self._files.write(scene, frames, meshes)])

    def adopt_scenes(self, scenes: Sequence[AdoptedScene]) -> None:
        """Take scenes of other datasets over; they are finished when this returns.

        Many at once wait for the disk once.

        Raises:
            StorageError: the disk is full or refuses; the scenes are still pending.
            DatasetError: one of their files is missing.
        """
        self.enter(self._files.adopt(scenes))

    def holds(self, entry: JournalEntry) -> bool:
        """Tell whether the files of a scene are here, as far as its record says."""
        return (self.directory / scene_path(entry.scene)).is_file()

    def enter(self, entries: Sequence[JournalEntry]) -> None:
        """Enter scenes in the journal whose files are there: finished when this returns.

        Raises:
            StorageError: the disk is full or refuses; the scenes are still pending.
        """
        try:
            remove_file(self.directory / COCO_FILE)  # it would not list these scenes
            self._journal.append(entries)
        except StorageError:
            for entry in entries:
                self._files.discard(entry.files)
            raise

    def finish(self) -> None:
        """Bring the dataset into the form that depends on its scenes alone, and write COCO.

        Call it at the end of every run, also when nothing was pending. More scenes may follow.

        Raises:
            DatasetError: a finished frame's record has become unreadable.
            StorageError: the disk is full or refuses.
        """
        self._journal.sort()
        views = self.info.views_per_scene
        remove_leftovers(self.directory, self._journal, views, everywhere=True)
        self._remove_unused_models()
        write_coco(self._annotations(), self.info.categories, self.directory / COCO_FILE)

    def _annotations(self) -> Iterator[FrameAnnotation]:
        """Yield the annotations of all frames as the sorted journal lists them."""
        for line in walk_journal(self._journal.path):
            for frame in line.frame_range:
                path = frame_paths(frame, self.info.outputs)["frames"]
                yield read_record(self.directory / path, FrameAnnotation)

    def _forget_damaged(self, wanted: Container[int], check_all: bool) -> None:
        """Take scenes out of the journal of which a file is not as it says."""
        self.damaged = damaged_scenes(self.directory, self._journal, wanted, check_all=check_all)
        if self.damaged:
            self._journal.drop(self.damaged)
            for path in self.damaged.values():
                remove_file(self.directory / path)

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

    def __enter__(self) -> DatasetStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
