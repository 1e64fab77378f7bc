"""Tar shards, read by the webdataset package."""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import webdataset as wds
from PIL import Image

from synth_addon.core.dataset.reading import Dataset
from synth_addon.core.errors import UsageError
from synth_addon.core.export.check import export_problems
from synth_addon.core.export.filters import ExportFilter
from synth_addon.core.export.format import Options
from synth_addon.core.export.formats.webdataset import FORMAT
from synth_addon.core.export.formats.webdataset.shards import cut, write_tar
from synth_addon.core.export.job import export_dataset
from synth_addon.core.export.registry import find_format
from synth_addon.core.export.source import WHOLE_PART, ExportSource

from .conftest import AWKWARD, RECIPE, VIEWS, Export, generated

# the package leaves it to the interpreter to close tar files
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def samples(paths: list[Path]) -> Iterator[dict[str, Any]]:
    """Read as the package's documentation shows, with decoders for what is not 8-bit RGB."""

    def sixteen_bits(data: bytes) -> np.ndarray:
        return np.asarray(Image.open(io.BytesIO(data)))

    return iter(
        wds.WebDataset([str(path) for path in paths], shardshuffle=False).decode(
            wds.handle_extension("depth.png", sixteen_bits),
            wds.handle_extension("instances.png", sixteen_bits),
            "rgb8",
        )
    )


def test_the_package_reads_every_pixel_and_record(export: Export, dataset: Dataset) -> None:
    folder, record = export("webdataset")
    assert [path.name for path in sorted(folder.glob("*.tar"))] == ["train-000000.tar"]
    found = list(samples([folder / "train-000000.tar"]))
    assert [int(sample["__key__"]) for sample in found] == dataset.frame_numbers()
    for sample in found:
        number = int(sample["__key__"])
        assert np.array_equal(sample["png"], dataset.image(number))
        assert np.array_equal(sample["instances.png"], dataset.instances(number))
        scale = sample["json"]["depth_scale"]
        depth = np.where(sample["depth.png"] > 0, sample["depth.png"] * scale, np.inf)
        assert np.allclose(depth, dataset.depth(number), rtol=1e-6)
        normals = sample["normals.png"] / 127.5 - 1
        shown = (sample["normals.png"] != 0).any(axis=2)
        assert np.abs(normals - dataset.normals(number))[shown].max() < 0.02
        annotation = dataset.annotation(number).model_dump(mode="json")
        kept = [item for item in annotation["objects"] if item["visible_pixels"] >= 1]
        kept = [item for item in kept if item["role"] == "target"]
        assert sample["json"]["world_from_camera"] == annotation["world_from_camera"]
        assert sample["json"]["objects"] == [
            {**item, "class_id": item["category_id"]} for item in kept
        ]
    assert list(export_problems(folder, record)) == []


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_scenes_are_whole_where_they_can_be(export: Export, dataset: Dataset, limit: int) -> None:
    shares = {"train": 0.5, "val": 0.5}
    folder, record = export("webdataset", options={"samples_per_shard": limit}, shares=shares)
    index = json.loads((folder / "shards.json").read_text())["parts"]
    assert list(index) == ["train", "val"]
    assert sum(s["samples"] for part in index.values() for s in part) == 6 * VIEWS
    where: dict[int, set[str]] = {}
    for part in index.values():
        for shard in part:
            assert 1 <= shard["samples"] <= limit
            keys = [int(sample["__key__"]) for sample in samples([folder / shard["file"]])]
            assert [keys[0], keys[-1]] == shard["frames"]
            for key in keys:
                where.setdefault(key // VIEWS, set()).add(shard["file"])
    assert {len(files) for files in where.values()} == {2 if limit < VIEWS else 1}
    assert list(export_problems(folder, record)) == []


def test_channels_and_classes_are_chosen(export: Export, dataset: Dataset) -> None:
    """Coverage is not in the dataset, so it is left out."""
    folder, record = export(
        "webdataset",
        options={"channels": "coverage, depth"},
        filter=ExportFilter(classes=(AWKWARD,), drop_empty=True),
    )
    found = list(samples(sorted(folder.glob("*.tar"))))
    assert 0 < len(found) == record.counts["train"].frames < len(dataset.frame_numbers())
    for sample in found:
        assert set(sample) - {"__key__", "__url__", "__local_path__"} == {
            "png",
            "json",
            "depth.png",
        }
        assert Counter(item["class_id"] for item in sample["json"]["objects"]).keys() == {1}
    assert list(export_problems(folder, record)) == []


def test_exr_files_go_along_as_they_are(tmp_path: Path) -> None:
    recipe = {**RECIPE, "scenes": 1, "outputs": {"depth": "exr", "normals": "off"}}
    directory = generated(recipe, tmp_path / "dataset")
    output = tmp_path / "out"
    record = export_dataset(directory, output, "webdataset", find_format("webdataset"))
    with tarfile.open(output / "train-000000.tar") as tar:
        suffixes = ("png", "json", "depth.exr", "instances.png")
        assert tar.getnames() == [f"{n:09d}.{suffix}" for n in (0, 1) for suffix in suffixes]
        for number in (0, 1):
            content = tar.extractfile(f"{number:09d}.depth.exr").read()
            assert content == (directory / f"depth/000000/{number:09d}.exr").read_bytes()
            assert json.load(tar.extractfile(f"{number:09d}.json"))["depth_scale"] is None
    assert list(export_problems(output, record)) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"channels": "depth,colour"}, "'colour'"),
        ({"channels": "depth,depth"}, "twice"),
        ({"samples_per_shard": 0}, "at least 1"),
    ],
)
def test_options_that_mean_nothing_are_refused(export: Export, options: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        export("webdataset", options=options)


def test_equal_exports_have_equal_bytes_and_no_owner(export: Export) -> None:
    first, _ = export("webdataset", options={"samples_per_shard": 4})
    second, _ = export("webdataset", "again", options={"samples_per_shard": 4})
    names = sorted(path.name for path in first.iterdir())
    assert len(names) == 5
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)
    with tarfile.open(first / "train-000000.tar") as tar:
        assert {(m.mtime, m.uid, m.gid, m.uname, m.mode) for m in tar} == {(0, 0, 0, "", 0o644)}


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 7, 100])
def test_every_frame_is_in_one_span_of_its_part(limit: int) -> None:
    """Views are three; frames that are left out go with the shard before."""
    kept = [1, 2, 3, 8, 9, 10, 11, 15, 30, 31, 32, 33]
    shards = list(cut("train", kept, limit, 3))
    ends = [shard.span.end for shard in shards]
    assert [shard.number for shard in shards] == list(range(len(shards)))
    assert [shard.span.first for shard in shards] == [0, *ends[:-1]]
    assert ends[-1] is None
    inside = [[n for n in kept if s.span.first <= n < (s.span.end or 99)] for s in shards]
    assert [n for numbers in inside for n in numbers] == kept
    assert all(1 <= len(numbers) <= limit for numbers in inside)
    befores = [-1, *(numbers[-1] // 3 for numbers in inside[:-1])]
    assert [shard.span.scene for shard in shards] == befores


def test_a_part_without_frames_has_a_shard_that_leaves_no_file(tmp_path: Path) -> None:
    assert [(shard.number, shard.span) for shard in cut("val", [], 5, 2)] == [(0, WHOLE_PART)]
    assert write_tar(tmp_path / "val-000000.tar", []) == ((), None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("limit", [1, 3])
def test_shards_that_are_written_twice_and_backwards_are_the_same(
    export: Export, limit: int
) -> None:
    def backwards(source: ExportSource, folder: Path, options: Options) -> None:
        shards = list(FORMAT.shards(source, options))
        for shard in reversed(shards):
            FORMAT.write_shard(shard, source, folder, options)
        (folder / ".unfinished.train-000000.tar.elsewhere.7").write_bytes(b"of a lost process")
        written = [FORMAT.write_shard(shard, source, folder, options) for shard in shards]
        FORMAT.write_index(written, source, folder, options)

    options = {"samples_per_shard": limit}
    kept = ExportFilter(min_area=450, drop_empty=True)
    shares = {"train": 0.5, "val": 0.5}
    arguments = {"options": options, "filter": kept, "shares": shares}
    first, record = export("webdataset", **arguments)
    second, again = export("webdataset", "again", write=backwards, **arguments)
    _, other = export("huggingface", "other", filter=kept, shares=shares)
    assert again == record
    assert record.counts == other.counts
    assert sum(counts.dropped_frames for counts in record.counts.values()) > 0
    assert {path.name: path.read_bytes() for path in first.iterdir()} == {
        path.name: path.read_bytes() for path in second.iterdir()
    }


def test_what_is_wrong_is_named(export: Export) -> None:
    folder, record = export("webdataset", options={"samples_per_shard": 2})
    (folder / "extra.tar").write_bytes(b"")
    (folder / "train-000001.tar").unlink()
    with tarfile.open(folder / "train-000002.tar", "w") as tar:
        header = tarfile.TarInfo("000000000.json")
        header.size = 2
        tar.addfile(header, io.BytesIO(b"{}"))
    damaged = folder / "train-000003.tar"
    damaged.write_bytes(damaged.read_bytes()[:700])
    index = folder / "shards.json"
    index.write_text(re.sub(r'"samples": 2', '"samples": 3', index.read_text(), count=1))
    problems = list(export_problems(folder, record))
    everything = "png, json, depth.png, instances.png, normals.png"
    assert problems[:7] == [
        "extra.tar: is not in shards.json",
        "train-000000.tar: 2 samples, shards.json says 3",
        "train-000001.tar: is missing",
        "train-000002.tar: has another SHA-256 than shards.json says",
        f"train-000002.tar: 000000000 has json, not {everything}",
        "train-000002.tar: 000000000 follows 000000001",
        "train-000002.tar: 1 samples, shards.json says 2",
    ]
    assert problems[7] == "train-000003.tar: has another SHA-256 than shards.json says"
    assert problems[8].startswith("train-000003.tar: is damaged")
    assert problems[-1] == "shards.json: train has 13 samples, the export has 12"
