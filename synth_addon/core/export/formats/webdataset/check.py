"""Checks the tar files of one part; `webdataset` says what they must hold."""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any


def part_problems(
    folder: Path, shards: Sequence[Mapping[str, Any]], suffixes: Sequence[str]
) -> Iterator[str]:
    """Yield one line for each promise that the shards of a part break.

    Args:
        shards: as shards.json lists them.
        suffixes: what each sample has, in this order.
    """
    last = ""
    for shard in shards:
        path = folder / shard["file"]
        if not path.is_file():
            yield f"{path.name}: is missing"
            continue
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != shard["sha256"]:
                yield f"{path.name}: has another SHA-256 than shards.json says"
        count = 0
        try:
            for key, found in _samples(path):
                count += 1
                if found != list(suffixes):
                    yield f"{path.name}: {key} has {', '.join(found)}, not {', '.join(suffixes)}"
                if key <= last:
                    yield f"{path.name}: {key} follows {last}"
                last = key
        except (tarfile.TarError, json.JSONDecodeError, EOFError) as error:
            yield f"{path.name}: is damaged ({error})"
        if count != shard["samples"]:
            yield f"{path.name}: {count} samples, shards.json says {shard['samples']}"


def _samples(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield key and suffixes of each sample, after its record was read."""
    for key, names in groupby(_names(path), lambda name: name.partition(".")[0]):
        yield key, [name.partition(".")[2] for name in names]


def _names(path: Path) -> Iterator[str]:
    with tarfile.open(path, "r|") as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is not None and member.name.endswith(".json"):
                json.load(content)
            yield member.name
