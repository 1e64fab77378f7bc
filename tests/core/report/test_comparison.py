"""Comparing a dataset with another, with a COCO file and with photos."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from synth_addon.core.dataset.reading import Dataset
from synth_addon.core.errors import UsageError
from synth_addon.core.report.comparison import differences
from synth_addon.core.report.gathering import Statistics, gather
from synth_addon.core.report.other_pictures import gather_other
from synth_addon.core.report.page import ReportOptions, write_report


@pytest.fixture(scope="module")
def statistics(dataset: Dataset) -> Statistics:
    return gather(dataset, 100)


@pytest.mark.parametrize("kind", ["dataset", "coco"])
def test_a_dataset_equals_itself(directory: Path, statistics: Statistics, kind: str) -> None:
    place = directory if kind == "dataset" else directory / "coco" / "instances.json"
    found = {each.name: each for each in differences(statistics, gather_other(place, 100))}
    names = ["Box size", "Brightness", "Sharpness", "Red", "Green", "Blue", "Class balance"]
    assert list(found) == names
    for each in found.values():
        assert each.overlap == pytest.approx(1.0)
        assert each.sentence.startswith("Very alike")
    assert "about the same" in found["Brightness"].sentence


def photos(folder: Path) -> Path:
    (folder / "more").mkdir(parents=True)
    Image.new("RGB", (200, 100), (250, 10, 10)).save(folder / "one.JPG", "JPEG")
    Image.new("RGB", (100, 200), (240, 10, 10)).save(folder / "more" / "two.png")
    (folder / "broken.png").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("none")
    return folder


def test_photos_differ_in_what_they_show(statistics: Statistics, tmp_path: Path) -> None:
    other = gather_other(photos(tmp_path / "photos"), 100)
    assert (other.files, other.pictures.count, other.unreadable) == (3, 2, 1)
    found = {each.name: each for each in differences(statistics, other)}
    assert list(found) == ["Brightness", "Sharpness", "Red", "Green", "Blue"]
    assert "less red here" in found["Red"].sentence
    assert "sharper here" in found["Sharpness"].sentence


def test_a_coco_file_finds_its_pictures(directory: Path, tmp_path: Path) -> None:
    place = photos(tmp_path / "set" / "val2017").parent / "annotations" / "instances_val2017.json"
    place.parent.mkdir()
    data = {
        "images": [{"id": 7, "file_name": "one.JPG", "width": 200, "height": 100}],
        "annotations": [{"image_id": 7, "category_id": 3, "bbox": [0, 0, 100, 50]}],
        "categories": [{"id": 3, "name": "cube"}],
    }
    place.write_text(json.dumps(data))
    other = gather_other(place, 10)
    assert other.classes == {"cube": 1}
    assert other.box_size is not None
    assert other.box_size.median == pytest.approx(0.5)
    shutil.move(tmp_path / "set" / "val2017", tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="--compare-images"):
        gather_other(place, 10)
    assert gather_other(place, 10, tmp_path / "elsewhere").pictures.count == 1


def test_the_page_shows_both_sides(directory: Path, tmp_path: Path) -> None:
    options = ReportOptions(compare=photos(tmp_path / "photos"))
    text = write_report(directory, tmp_path / "report.html", options).read_text("utf-8")
    assert 'id="comparison"' in text
    assert "3 pictures, 2 of them measured. 1 could not be read." in text


def test_what_cannot_be_compared_is_named(directory: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "a.png").write_bytes(b"no picture")
    (tmp_path / "list.json").write_text("[1, 2]")
    for name, words in (
        ("nowhere", "is not there"),
        ("empty", "holds no pictures"),
        ("broken", "no picture can be read"),
        ("list.json", "is no COCO file"),
    ):
        with pytest.raises(UsageError, match=words):
            gather_other(tmp_path / name, 10)
    with pytest.raises(UsageError, match="only with a COCO file"):
        gather_other(directory, 10, tmp_path)
    with pytest.raises(UsageError, match="needs --compare"):
        write_report(directory, tmp_path / "r.html", ReportOptions(compare_images=tmp_path))
