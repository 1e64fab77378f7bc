"""Writes samples into tar files that depend on their content only."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any


class ShardWriter:
    """Puts the samples of one part into one tar file after the other.

    Attributes:
        shards: of each finished tar file its name, count of samples, first and last frame, and
            SHA-256.
    """

    def __init__(self, folder: Path, part: str, limit: int, views_per_scene: int) -> None:
        self.shards: list[dict[str, Any]] = []
        self._folder = folder
        self._part = part
        self._limit = limit
        self._views = views_per_scene
        self._tar: tarfile.TarFile | None = None
        self._count = 0
        self._frames: list[int] = []
        self._scene = -1

    def __enter__(self) -> ShardWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._tar is not None:
            self._finish(self._tar)

    def add(self, scene: int, frame: int, files: Iterable[tuple[str, bytes]]) -> None:
        """Add one sample.

        Args:
            files: name and content of each.
        """
        if self._tar is not None and self._is_full(scene):
            self._finish(self._tar)
        tar = self._tar = self._tar or self._begin()
        for name, content in files:
            tar.addfile(_header(name, len(content)), io.BytesIO(content))
        self._frames = [*self._frames[:1], frame]
        self._count += 1
        self._scene = scene

    def _is_full(self, scene: int) -> bool:
        room = self._limit - self._count
        return room < (1 if scene == self._scene else self._views)

    def _begin(self) -> tarfile.TarFile:
        self._count = 0
        self._frames = []
        return tarfile.open(self._path, "w", format=tarfile.USTAR_FORMAT)

    def _finish(self, tar: tarfile.TarFile) -> None:
        path = self._path
        tar.close()
        self._tar = None
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.shards.append(
            {
                "file": path.name,
                "samples": self._count,
                "frames": [self._frames[0], self._frames[-1]],
                "sha256": digest,
            }
        )

    @property
    def _path(self) -> Path:
        """The tar file that is being written, or the next one."""
        return self._folder / f"{self._part}-{len(self.shards):06d}.tar"


def _header(name: str, size: int) -> tarfile.TarInfo:
    """Return the header of a file without owner and time."""
    header = tarfile.TarInfo(name)
    header.size = size
    header.mode = 0o644
    header.mtime = 0
    return header
