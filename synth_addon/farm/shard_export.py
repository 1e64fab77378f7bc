"""An export by many processes: each writes shards, this one keeps the index and the record."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from socket import gethostname
from typing import Any

from .. import __version__
from ..core.errors import OutputError, UsageError
from ..core.export.format import Options, Write
from ..core.export.sharding import Shard, ShardedFormat, WrittenShard
from ..core.export.source import ExportSource


@dataclass(frozen=True)
class ShardTask:
    """What every process has to know; nothing in it changes from shard to shard.

    Attributes:
        folder: where the shards go; absolute, as is the dataset's.
        version: of Synth, in the process that has the shards written.
    """

    format: ShardedFormat
    source: ExportSource
    folder: Path
    options: Options
    version: str


@dataclass(frozen=True)
class Crew:
    """The processes that write the shards of one export.

    Attributes:
        submit: has one of them write a shard and returns a ticket at once.
        result: waits for what a ticket stands for; raises what kept the shard from being written.
        tickets: says how many may be out just now, so that nobody idles and none is held long.
    """

    submit: Callable[[Shard], Any]
    result: Callable[[Any], WrittenShard]
    tickets: Callable[[], int]


Hire = Callable[[ShardTask], AbstractContextManager[Crew]]
"""Yields the crew for an export, and waits at the end of the block for those who still write."""
_ENDED = ".ended"
"""File in the folder that tells all who still write to end."""


def by_crew(format: ShardedFormat, hire: Hire) -> Write:
    """Return what writes the bytes that the format's own `write` would, by many processes."""

    def write(source: ExportSource, folder: Path, options: Options) -> None:
        task = ShardTask(format, _for_others(source, folder), folder, options, __version__)
        shards = format.shards(source, options)
        with hire(task) as crew:
            written = _told(_in_order(crew, shards), source.listener)
            try:
                format.write_index(written, source, folder, options)
            except BaseException:
                with suppress(OSError):
                    (folder / _ENDED).touch()
                raise

    return write


def write_shard(task: ShardTask, shard: Shard) -> WrittenShard:
    """Write one shard, in any process on any machine.

    Raises:
        UsageError: this machine has another version of Synth.
        OutputError: the folder is not seen from here, or the export has failed elsewhere.
        DatasetError: a file is missing or damaged.
        OSError: writing fails.
    """
    if task.version != __version__:
        raise UsageError(
            f"--backend: {gethostname()} has Synth {__version__}, this is {task.version}. "
            "Install the same version everywhere"
        )
    if not task.folder.is_dir():
        raise OutputError(
            f"{task.folder}: is not seen from {gethostname()}. "
            "Choose an --output and a DATASET that all machines reach by the same path"
        )
    task.source.listener(shard.span.first)
    return task.format.write_shard(shard, task.source, task.folder, task.options)


def _for_others(source: ExportSource, folder: Path) -> ExportSource:
    """Return the source as a value that can be sent: others have other current folders."""
    dataset = copy(source.dataset)
    dataset.directory = dataset.directory.absolute()
    return replace(source, dataset=dataset, listener=_EndEarly(folder), counts={})


@dataclass(frozen=True)
class _EndEarly:
    """Hears of each frame, and ends a process that writes for nothing."""

    folder: Path

    def __call__(self, frame: int) -> None:
        if (self.folder / _ENDED).exists():
            raise OutputError(f"{self.folder}: the export has failed or was interrupted")


def _in_order(crew: Crew, shards: Iterable[Shard]) -> Iterator[WrittenShard]:
    out: deque[Any] = deque()
    for shard in shards:
        while len(out) >= crew.tickets():
            yield crew.result(out.popleft())
        out.append(crew.submit(shard))
    while out:
        yield crew.result(out.popleft())


def _told(
    written: Iterable[WrittenShard], listener: Callable[[int], None]
) -> Iterator[WrittenShard]:
    for shard in written:
        for frame in shard.frames:
            listener(frame)
        yield shard
