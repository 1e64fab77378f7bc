"""Exports as a whole: splits, filters, options, and that nothing is lost or left behind."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from synth_addon.core.dataset.reading import Dataset
from synth_addon.core.dataset.tree_hash import hash_dataset
from synth_addon.core.errors import DatasetError, OutputError, StorageError, UsageError
from synth_addon.core.export.filters import ExportFilter
from synth_addon.core.export.formats.huggingface import HuggingFace
from synth_addon.core.export.job import export_dataset
from synth_addon.core.export.leaks import leak_problems
from synth_addon.core.export.record import read_record
from synth_addon.core.export.registry import find_format
from synth_addon.core.export.splits import parse_shares, split_scenes

from .conftest import AWKWARD, VIEWS, Export


def frames_of(folder: Path, part: str) -> list[int]:
    text = (folder / part / "metadata.jsonl").read_text("utf-8")
    return [json.loads(line)["frame"] for line in text.splitlines()]


def test_parts_hold_whole_scenes_and_all_of_them(export: Export, dataset: Dataset) -> None:
    shares = parse_shares("train=0.5,val=0.25,test=0.25")
    folder, record = export("huggingface", shares=shares)
    parts = {part: frames_of(folder, part) for part in shares}
    assert sorted(number for found in parts.values() for number in found) == dataset.frame_numbers()
    scenes = [{number // VIEWS for number in found} for found in parts.values()]
    assert len(set.union(*scenes)) == sum(map(len, scenes)) == 6
    assert [record.counts[part].scenes for part in shares] == [len(found) for found in scenes]
    again, _ = export("huggingface", "again", shares=shares)
    assert {part: frames_of(again, part) for part in shares} == parts


@pytest.mark.parametrize("count", [3, 4, 5, 10, 1000])
def test_no_part_is_empty_and_shares_hold(count: int) -> None:
    parts = list(split_scenes(range(count), {"a": 0.9, "b": 0.05, "c": 0.05}, 1).values())
    assert len(parts) == count
    for name, share in (("a", 0.9), ("b", 0.05), ("c", 0.05)):
        assert parts.count(name) >= 1
        assert abs(parts.count(name) - share * count) <= 2


def test_too_many_parts_are_refused() -> None:
    with pytest.raises(UsageError, match="Generate more scenes"):
        split_scenes([1], {"a": 0.5, "b": 0.5}, 1)


@pytest.mark.parametrize(
    "text", ["", "train", "train=x", "train=0.5", "train=1.5,val=-0.5", "a=0.5,a=0.5", "a/b=1"]
)
def test_shares_that_do_not_read_are_named(text: str) -> None:
    with pytest.raises(UsageError, match="--split"):
        parse_shares(text)


def test_filters_are_obeyed_and_stated(export: Export, dataset: Dataset) -> None:
    chosen = ExportFilter(
        min_visible_fraction=0.5, min_area=30, classes=(AWKWARD,), drop_empty=True
    )
    folder, record = export("huggingface", filter=chosen)
    assert read_record(folder) == record
    assert record.filter == chosen
    assert [category.name for category in record.categories] == [AWKWARD]
    expected = {}
    for number in dataset.frame_numbers():
        kept = [
            shown.instance_id
            for shown in dataset.annotation(number).objects
            if shown.category == AWKWARD
            and shown.visible_fraction >= 0.5
            and shown.visible_pixels >= 30
        ]
        if kept:
            expected[number] = kept
    assert frames_of(folder, "train") == list(expected)
    counts = record.counts["train"]
    assert counts.objects == sum(map(len, expected.values()))
    assert counts.frames + counts.dropped_frames == len(dataset.frame_numbers())
    targets = sum(
        shown.role == "target"
        for number in dataset.frame_numbers()
        for shown in dataset.annotation(number).objects
    )
    assert counts.objects + counts.dropped_objects == targets


def test_pictures_are_linked_or_copied(export: Export, dataset: Dataset) -> None:
    linked, _ = export("huggingface")
    copied, _ = export("huggingface", "copied", hardlinks=False)
    name = "train/000000000.png"
    original = dataset.directory / "images/000000/000000000.png"
    assert (linked / name).samefile(original)
    assert not (copied / name).samefile(original)
    assert (copied / name).read_bytes() == original.read_bytes()


def test_an_export_that_fails_leaves_nothing_behind(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, directory: Path
) -> None:
    before = hash_dataset(directory)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("synth_addon.core.export.formats.huggingface.place_file", full)
    with pytest.raises(StorageError, match="nothing was left behind"):
        export("huggingface")
    assert list(tmp_path.iterdir()) == []
    assert hash_dataset(directory) == before


def test_what_a_killed_export_has_left_goes_with_the_next(export: Export, tmp_path: Path) -> None:
    (tmp_path / ".out.unfinished" / "train").mkdir(parents=True)
    export("huggingface")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_folders_that_are_in_use_are_refused(
    export: Export, tmp_path: Path, directory: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    with pytest.raises(OutputError, match="holds other files"):
        export("huggingface", "mine", overwrite=True)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "precious"
    for inside in (directory, directory / "yolo", directory / "images", directory.parent):
        with pytest.raises(OutputError, match="dataset"):
            export("huggingface", str(inside))
    export("huggingface")
    with pytest.raises(OutputError, match="--overwrite"):
        export("huggingface")
    export("huggingface", overwrite=True)


def test_options_are_checked(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    from synth_addon.core.export.format import FormatOption

    declared = {"kind": FormatOption("a", "which", ("a", "b")), "count": FormatOption(1, "many")}
    monkeypatch.setattr(HuggingFace, "options", declared)
    with pytest.raises(UsageError, match="no such option"):
        export("huggingface", options={"size": 1})
    with pytest.raises(UsageError, match="must be of type int"):
        export("huggingface", options={"count": "x"})
    with pytest.raises(UsageError, match="use one of a, b"):
        export("huggingface", options={"kind": "c"})
    _, record = export("huggingface", options={"kind": "b"})
    assert record.options == {"kind": "b", "count": 1}


def test_an_unknown_class_or_format_is_named(export: Export) -> None:
    with pytest.raises(UsageError, match="has no class"):
        export("huggingface", filter=ExportFilter(classes=("mug",)))
    with pytest.raises(UsageError, match="Did you mean huggingface"):
        export("hugingface")


@pytest.mark.parametrize(("size", "word"), [(None, "is missing"), (500, "cut off"), (0, "cut off")])
def test_a_damaged_picture_is_named_and_nothing_is_written(
    directory: Path, tmp_path: Path, size: int | None, word: str
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(directory, copy)
    picture = copy / "images/000000/000000003.png"
    if size is None:
        picture.unlink()
    else:
        picture.write_bytes(picture.read_bytes()[:size])
    for name in ("huggingface", "coco", "yolo", "bop", "webdataset", "voc"):
        with pytest.raises(DatasetError, match=word):
            export_dataset(copy, tmp_path / "out", name, find_format(name))
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_a_dataset_of_a_newer_version_is_named(directory: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(directory, copy)
    info = copy / "dataset.json"
    info.write_text(info.read_text().replace('"format_version": 1', '"format_version": 7'))
    with pytest.raises(DatasetError, match="format_version is 7"):
        export_dataset(copy, tmp_path / "out", "coco", find_format("coco"))


def test_a_journal_that_was_edited_is_named(directory: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(directory, copy)
    journal = copy / "journal.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text(lines[0].replace('"scene":', '"scenes":') + "".join(lines[1:]))
    with pytest.raises(DatasetError, match="line 1 is damaged"):
        export_dataset(copy, tmp_path / "out", "coco", find_format("coco"))


@pytest.mark.parametrize("name", ["coco", "yolo", "voc", "kitti", "huggingface", "hdf5"])
def test_a_scene_in_two_parts_is_named(export: Export, name: str) -> None:
    shares = parse_shares("train=0.5,val=0.5")
    folder, record = export(name, shares=shares)
    assert list(leak_problems(folder, record)) == []
    for path in [*folder.rglob("*/val/*"), *folder.glob("val/*")]:
        if path.is_file():
            target = Path(*["train" if part == "val" else part for part in path.parts])
            target.write_bytes(path.read_bytes())
    for path in folder.rglob("val.txt"):
        with path.with_name("train.txt").open("a") as lines:
            lines.write(path.read_text())
    problems = list(leak_problems(folder, record))
    assert len(problems) == 1
    assert problems[0].startswith("train and val share 3 scenes")
