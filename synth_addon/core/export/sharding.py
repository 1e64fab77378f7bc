"""Formats whose files can be written apart from each other, by many processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from .format import ExportFormat, Options
from .source import Counts, ExportSource, Span


@dataclass(frozen=True)
class Shard:
    """The frames of one file.

    Attributes:
        number: among the shards of its part, from 0.
    """

    part: str
    number: int
    span: Span


@dataclass(frozen=True)
class WrittenShard:
    """What is known of a shard once it is written.

    Attributes:
        frames: the numbers of those that were kept.
        counts: of these frames alone; over all shards of a part they add up to the part's.
        entry: what the format's index says of the file; None where no frame was kept, and so no
            file was written.
    """

    part: str
    frames: tuple[int, ...]
    counts: Counts
    entry: Mapping[str, Any] | None


@runtime_checkable
class ShardedFormat(ExportFormat, Protocol):
    """A format that says which shards there are, and writes each by itself.

    Its `write` is `write_index` of what `write_shard` says of all `shards`.
    """

    def shards(self, source: ExportSource, options: Options) -> Iterator[Shard]:
        """Return the shards of all parts, in order; every part has one at least.

        Raises:
            UsageError: an option cannot be used.
            DatasetError: a record is missing or damaged.
        """

    def write_shard(
        self, shard: Shard, source: ExportSource, folder: Path, options: Options
    ) -> WrittenShard:
        """Write one shard, whole or not at all; writing it again gives the same bytes.

        Raises:
            DatasetError: a file is missing or damaged.
            OSError: writing fails.
        """

    def write_index(
        self,
        written: Iterable[WrittenShard],
        source: ExportSource,
        folder: Path,
        options: Options,
    ) -> None:
        """Write what lists all shards, and give the source the counts of all parts.

        Args:
            written: in the order of `shards`.

        Raises:
            OSError: writing fails.
        """
