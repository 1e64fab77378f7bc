"""Writes the files of finished scenes; who enters them in the journal is decided elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..mesh import TriangleMesh
from ..scene_spec import SettledScene, canonical_json
from ..writers.frame_files import EncodedFrame
from ..writers.models import encode_model
from .info import DatasetInfo
from .journal_lines import JournalEntry
from .layout import is_model, model_paths, scene_files, scene_path


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


class Folder(Protocol):
    """Where a dataset's files lie; paths are relative, with forward slashes."""

    def put(self, files: Mapping[str, bytes], links: Mapping[str, Path] | None = None) -> None: ...

    def has(self, path: str) -> bool: ...

    def discard(self, paths: Iterable[str]) -> None: ...


class SceneFiles:
    """Puts scenes' files into a dataset's folder.

    Several processes may do so at once, each its own scenes: files appear whole or not at all, and
    a mesh that two scenes share has the same bytes from both.
    """

    def __init__(self, folder: Folder, info: DatasetInfo) -> None:
        self.info = info
        self._folder = folder
        self._model_hashes: dict[str, str] = {}

    def write(
        self,
        scene: SettledScene,
        frames: Sequence[EncodedFrame],
        meshes: Mapping[str, TriangleMesh],
    ) -> JournalEntry:
        """Write a scene's files and return what the journal is to say.

        Raises:
            StorageError: the disk is full or refuses.
            ValueError: `frames` are not the scene's views.
        """
        files = self._files_of(scene, frames)
        hashes, models = self._models_of(scene, meshes)
        digests = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
        self._folder.put(files | models)
        return self._entry(scene.spec.scene, hashes | digests)

    def adopt(self, scenes: Sequence[AdoptedScene]) -> list[JournalEntry]:
        """Take scenes of other datasets over and return what the journal is to say of each.

        Raises:
            StorageError: the disk is full or refuses.
            DatasetError: one of their files is missing.
        """
        files = {path: data for scene in scenes for path, data in scene.files.items()}
        links = {path: file for scene in scenes for path, (file, _) in scene.links.items()}
        self._folder.put(files, links)
        return [self._adopted_entry(scene) for scene in scenes]

    def _adopted_entry(self, scene: AdoptedScene) -> JournalEntry:
        digests = {path: hashlib.sha256(data).hexdigest() for path, data in scene.files.items()}
        digests |= {path: digest for path, (_, digest) in scene.links.items()}
        return self._entry(scene.scene, digests)

    def discard(self, files: Iterable[str]) -> None:
        """Remove a scene's files; meshes stay, others may show them."""
        self._folder.discard(path for path in files if not is_model(path))

    def _entry(self, scene: int, digests: dict[str, str]) -> JournalEntry:
        views = self.info.views_per_scene
        return JournalEntry(scene=scene, frames=(scene * views, views), files=digests)

    def _files_of(self, scene: SettledScene, frames: Sequence[EncodedFrame]) -> dict[str, bytes]:
        """Return all files of a scene by path, making sure that none is missing or too much."""
        number, views = scene.spec.scene, self.info.views_per_scene
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
            is_there = self._folder.has(path)
            if path not in self._model_hashes or not is_there:
                data = encode_model(meshes[canonical_json(asset)])
                self._model_hashes[path] = hashlib.sha256(data).hexdigest()
                if not is_there:
                    missing[path] = data
            hashes[path] = self._model_hashes[path]
        return hashes, missing
