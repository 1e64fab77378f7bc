"""Write a dataset into an object store, scene by scene, so that a kill loses seconds only."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType

from ..annotation import FrameAnnotation
from ..mesh import TriangleMesh
from ..scene_spec import SettledScene
from ..writers.coco import write_coco
from ..writers.frame_files import EncodedFrame
from .info import DatasetInfo, info_from_json, json_from_info
from .journal_lines import JournalEntry, entry_of, walk_journal
from .layout import COCO_FILE, INFO_FILE, frame_paths, scene_path
from .object_folder import ObjectFolder, refuse_foreign_objects
from .object_journal import ObjectJournal, local_journal
from .opening import refuse_finished_scenes, refuse_other_info
from .place import ObjectUrl
from .reading import record_from_json
from .scene_files import SceneFiles

_READ_AT_ONCE = 256


class ObjectStore:
    """A dataset in an object store, open for writing; it is used as a `DatasetStore` is.

    Attributes:
        damaged: as in `DatasetStore`; objects are not cut off, so it is always empty.
    """

    def __init__(self, folder: ObjectFolder, info: DatasetInfo) -> None:
        """Prefer `create_or_resume`, which looks at what is there first."""
        self.info = info
        self.damaged: dict[int, str] = {}
        self._folder = folder
        self._journal = ObjectJournal(folder)
        self._files = SceneFiles(folder, info)

    @classmethod
    def create_or_resume(
        cls, place: ObjectUrl, info: DatasetInfo, resume: bool, wanted: Collection[int]
    ) -> ObjectStore:
        """Start a dataset in an empty place, or continue the one that `info` describes.

        Args:
            resume: whether `wanted` may name scenes that are finished already.
            wanted: the scene indices that the caller is going to ask for.

        Raises:
            OutputError: something else is there, or wanted scenes and `resume` is False.
            UsageError: the place cannot be one.
            DatasetError, StorageError: the store refuses or cannot be reached.
        """
        folder = ObjectFolder(place)
        refuse_foreign_objects(folder, INFO_FILE)
        text = folder.read_if_there(INFO_FILE)
        if text is None:
            folder.put({INFO_FILE: json_from_info(info)})
        else:
            refuse_other_info(place, info_from_json(text, f"{place}/{INFO_FILE}"), info)
        store = cls(folder, info)
        if not resume:
            refuse_finished_scenes(place, store._journal.finished, wanted)
        return store

    def pending(self, wanted: Iterable[int]) -> Iterator[int]:
        """Yield those of the `wanted` scenes that are not finished, in the given order."""
        return (scene for scene in wanted if scene not in self)

    def count_pending(self, wanted: Iterable[int]) -> int:
        """Return how many of the `wanted` scenes are not finished."""
        return sum(1 for _ in self.pending(wanted))

    def __contains__(self, scene: int) -> bool:
        """Tell whether a scene is finished."""
        return scene in self._journal.finished

    def holds(self, entry: JournalEntry) -> bool:
        """Tell whether the files of a scene are here, as far as its record says."""
        return self._folder.has(scene_path(entry.scene))

    def commit_scene(
        self,
        scene: SettledScene,
        frames: Sequence[EncodedFrame],
        meshes: Mapping[str, TriangleMesh],
    ) -> None:
        """Store a scene's files, then enter it in the journal.

        Raises:
            StorageError: the store refuses or cannot be reached.
        """
        self.enter([self._files.write(scene, frames, meshes)])

    def enter(self, entries: Sequence[JournalEntry]) -> None:
        """Enter scenes in the journal whose files are there.

        Raises:
            StorageError: the store refuses or cannot be reached.
        """
        self._journal.append(entries)

    def finish(self) -> None:
        """Bring the dataset into the form that depends on its scenes alone, and write COCO.

        Raises:
            DatasetError: a finished frame's record cannot be read.
            StorageError: the store refuses or cannot be reached.
        """
        self._journal.join()
        with tempfile.TemporaryDirectory(prefix="synth-coco-") as temporary:
            path = Path(temporary) / COCO_FILE
            write_coco(self._annotations(), self.info.categories, path)
            self._folder.put_file(COCO_FILE, path)

    def close(self) -> None:
        """Write what waits of the journal.

        Raises:
            StorageError: the store refuses or cannot be reached.
        """
        self._journal.flush()

    def __enter__(self) -> ObjectStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _annotations(self) -> Iterator[FrameAnnotation]:
        with local_journal(self._folder) as journal:
            frames = (frame for line in walk_journal(journal) for frame in line.frame_range)
            paths = (frame_paths(frame, self.info.outputs)["frames"] for frame in frames)
            while some := list(islice(paths, _READ_AT_ONCE)):
                found = self._folder.read_many(some)
                for path in some:
                    where = f"{self._folder.place}/{path}"
                    yield record_from_json(found[path], FrameAnnotation, where)


def read_object_info(folder: ObjectFolder) -> DatasetInfo:
    """Return what a dataset in an object store says about itself.

    Raises:
        DatasetError: there is none, or it cannot be read.
    """
    return info_from_json(folder.read(INFO_FILE), f"{folder.place}/{INFO_FILE}")


def walk_entries(folder: ObjectFolder) -> Iterator[JournalEntry]:
    """Yield what the journal of a dataset in an object store lists, in the order of scenes.

    Raises:
        DatasetError: it is damaged, or the store cannot be reached.
    """
    with local_journal(folder) as path:
        for line in walk_journal(path):
            yield entry_of(path, line.text)
