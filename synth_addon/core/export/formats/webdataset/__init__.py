"""Tar shards as the webdataset package streams them: the files of a sample in a row, by one key.

https://github.com/webdataset/webdataset and its format at
https://docs.google.com/document/d/18OdLjruFNX74ILmgrdiCI9J1fQZuhzzRBCHV9URWto0. Shards are
``PART-000000.tar`` and on; a frame's sample has the frame's name in nine digits as its key:

* ``NAME.png``: the picture, and ``NAME.json``: the frame's record with the objects that are kept.
  To each the record adds ``class_id``, from 1 in the order of the export's categories, and to the
  frame ``depth_scale``, metres per unit of a depth PNG, null where there is none.
* ``NAME.depth.png`` or ``.exr``, ``NAME.instances.png``, ``NAME.normals.png`` or ``.exr``,
  ``NAME.coverage.png``: the channels that are asked for and that the dataset holds, as
  docs/dataset.md describes them. ``instances`` shows also what is left out.

``decode("pil")`` of webdataset makes every PNG 8-bit RGB, so 16-bit depth and instances need a
decoder of their own: ``wds.handle_extension("depth.png", decoder)``.

``shards.json`` lists for each part its shards with their samples, first and last frame, and
SHA-256. Views of one scene are in one shard, unless they are more than ``samples_per_shard``. Bytes
depend on the dataset and the options only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ....dataset.info import OutputOptions
from ....dataset.layout import frame_paths
from ....errors import UsageError
from ...format import FormatOption, Options
from ...placing import whole_bytes
from ...record import ExportRecord
from ...sharding import Shard, WrittenShard
from ...source import Counts, ExportFrame, ExportSource
from ...splits import Shares
from .check import part_problems
from .shards import cut, remove_unfinished, write_tar

INDEX = "shards.json"
CHANNELS = ("depth", "instances", "normals", "coverage")


class WebDataset:
    """See the module."""

    summary = "tar shards of samples, for the webdataset package"
    options: Mapping[str, FormatOption] = {
        "samples_per_shard": FormatOption(1000, "most frames in one tar file"),
        "channels": FormatOption(
            "depth,instances,normals",
            f"what goes along where the dataset holds it, of {','.join(CHANNELS)}",
        ),
    }
    shares: Shares = {"train": 1.0}

    def write(self, source: ExportSource, folder: Path, options: Options) -> None:
        shards = self.shards(source, options)
        written = (self.write_shard(shard, source, folder, options) for shard in shards)
        self.write_index(written, source, folder, options)

    def shards(self, source: ExportSource, options: Options) -> Iterator[Shard]:
        _channels(options["channels"])
        limit = int(options["samples_per_shard"])
        if limit < 1:
            raise UsageError(f"--option samples_per_shard={limit}: must be at least 1")
        views = source.dataset.info.views_per_scene
        parts = source.part_names
        return (
            shard for part in parts for shard in cut(part, source.kept_numbers(part), limit, views)
        )

    def write_shard(
        self, shard: Shard, source: ExportSource, folder: Path, options: Options
    ) -> WrittenShard:
        suffixes = _suffixes(_channels(options["channels"]), source.dataset.info.outputs)
        samples = (
            (frame.number, _files(frame, source, suffixes))
            for frame in source.frames(shard.part, shard.span)
        )
        frames, entry = write_tar(folder / f"{shard.part}-{shard.number:06d}.tar", samples)
        return WrittenShard(shard.part, frames, source.counts[shard.part], entry)

    def write_index(
        self,
        written: Iterable[WrittenShard],
        source: ExportSource,
        folder: Path,
        options: Options,
    ) -> None:
        index: dict[str, list[Mapping[str, Any]]] = {part: [] for part in source.part_names}
        counts = dict.fromkeys(source.part_names, Counts())
        for shard in written:
            counts[shard.part] += shard.counts
            if shard.entry is not None:
                index[shard.part].append(shard.entry)
        source.counts.clear()  # those of single shards, in the order in which these were written
        source.counts.update(counts)
        remove_unfinished(folder)
        suffixes = _suffixes(_channels(options["channels"]), source.dataset.info.outputs)
        content = {"suffixes": ["png", "json", *suffixes.values()], "parts": index}
        (folder / INDEX).write_text(json.dumps(content, indent=1) + "\n", "utf-8")

    def problems(self, folder: Path, record: ExportRecord) -> Iterator[str]:
        index = json.loads((folder / INDEX).read_text("utf-8"))
        listed = {shard["file"] for shards in index["parts"].values() for shard in shards}
        for path in sorted(folder.glob("*.tar")):
            if path.name not in listed:
                yield f"{path.name}: is not in {INDEX}"
        for part, counts in record.counts.items():
            shards = index["parts"].get(part, [])
            yield from part_problems(folder, shards, index["suffixes"])
            found = sum(shard["samples"] for shard in shards)
            if found != counts.frames:
                yield f"{INDEX}: {part} has {found} samples, the export has {counts.frames}"


def _channels(text: object) -> list[str]:
    """Return the channels that an option names.

    Raises:
        UsageError: one is unknown or named twice.
    """
    names = [name.strip() for name in str(text).split(",") if name.strip()]
    for name in names:
        if name not in CHANNELS or names.count(name) > 1:
            raise UsageError(
                f"--option channels={text}: {name!r} is unknown or named twice. "
                f"Name some of {', '.join(CHANNELS)}, with commas between them"
            )
    return names


def _suffixes(channels: list[str], outputs: OutputOptions) -> dict[str, str]:
    """Return what stands behind a sample's key, for each channel that the dataset holds."""
    paths = frame_paths(0, outputs)
    return {name: f"{name}{Path(paths[name]).suffix}" for name in channels if name in paths}


def _files(
    frame: ExportFrame, source: ExportSource, suffixes: Mapping[str, str]
) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file of a sample."""
    paths = frame_paths(frame.number, frame.dataset.info.outputs)
    yield f"{frame.name}.png", whole_bytes(frame.image_file)
    yield f"{frame.name}.json", json.dumps(_record(frame, source)).encode()
    for channel, suffix in suffixes.items():
        content = whole_bytes(frame.dataset.directory / paths[channel])
        yield f"{frame.name}.{suffix}", content


def _record(frame: ExportFrame, source: ExportSource) -> dict[str, Any]:
    outputs = frame.dataset.info.outputs
    record = frame.annotation.model_dump(mode="json", exclude={"objects"})
    record["depth_scale"] = outputs.depth_scale if outputs.depth == "png16" else None
    record["objects"] = [
        {**shown.model_dump(mode="json"), "class_id": source.class_id(shown)}
        for shown in frame.objects
    ]
    return record


FORMAT = WebDataset()
