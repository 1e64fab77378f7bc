"""Divides frames over tar files, and writes these such that they depend on their content only."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ...sharding import Shard
from ...source import Span

_UNFINISHED = ".unfinished."


def cut(part: str, numbers: Iterable[int], limit: int, views: int) -> Iterator[Shard]:
    """Yield the shards of a part: as full as can be with scenes that are whole where they can be.

    What is left out between two frames that are kept belongs to the shard before, so that every
    frame of the part is in one span.

    Args:
        numbers: of the frames that are kept, ascending.
        limit: most frames in a shard.
        views: of each scene.
    """
    shard, count, scene = 0, 0, -1
    span = Span()
    for number in numbers:
        room = limit - count
        if count and room < (1 if number // views == scene else views):
            yield Shard(part, shard, Span(span.first, number, span.scene))
            span = Span(number, None, scene)
            shard, count = shard + 1, 0
        scene = number // views
        count += 1
    yield Shard(part, shard, span)


def write_tar(
    path: Path, samples: Iterable[tuple[int, Iterable[tuple[str, bytes]]]]
) -> tuple[tuple[int, ...], dict[str, Any] | None]:
    """Write one tar file, whole or not at all; without samples none.

    Args:
        samples: of each frame its number, and name and content of its files.

    Returns:
        The frames' numbers; and of the file its name, count of samples, first and last frame, and
        SHA-256.
    """
    # a process that is taken for lost may still write the same shard elsewhere
    unfinished = path.with_name(f"{_UNFINISHED}{path.name}.{socket.gethostname()}.{os.getpid()}")
    try:
        frames = _write(unfinished, samples)
        if not frames:
            return (), None
        with unfinished.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    ends = [frames[0], frames[-1]]
    entry = {"file": path.name, "samples": len(frames), "frames": ends, "sha256": digest}
    return tuple(frames), entry


def remove_unfinished(folder: Path) -> None:
    """Remove what processes that were ended have left behind."""
    for path in folder.glob(f"{_UNFINISHED}*"):
        path.unlink(missing_ok=True)


def _write(path: Path, samples: Iterable[tuple[int, Iterable[tuple[str, bytes]]]]) -> list[int]:
    frames = []
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for frame, files in samples:
            for name, content in files:
                tar.addfile(_header(name, len(content)), io.BytesIO(content))
            frames.append(frame)
    return frames


def _header(name: str, size: int) -> tarfile.TarInfo:
    """Return the header of a file without owner and time."""
    header = tarfile.TarInfo(name)
    header.size = size
    header.mode = 0o644
    header.mtime = 0
    return header
