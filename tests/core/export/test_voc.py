"""VOC 2012's layout, read as its development kit documents it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from synth_addon.core.annotation import ObjectAnnotation, decode_mask
from synth_addon.core.dataset.info import Category
from synth_addon.core.dataset.reading import Dataset
from synth_addon.core.errors import DatasetError, UsageError
from synth_addon.core.export.check import export_problems
from synth_addon.core.export.filters import ExportFilter
from synth_addon.core.export.formats import voc
from synth_addon.core.export.formats.voc.lists import list_names
from synth_addon.core.export.formats.voc.maps import colour_map

from .conftest import AWKWARD, HEIGHT, WIDTH, Export

CLASSES = ["cube", AWKWARD, "never"]
SAFE = ["cube", "箱__groß", "never"]


def listed(folder: Path, name: str) -> list[list[str]]:
    text = (folder / "ImageSets" / f"{name}.txt").read_text("utf-8")
    return [line.split() for line in text.splitlines()]


def description(folder: Path, name: str) -> ET.Element:
    return ET.parse(folder / "Annotations" / f"{name}.xml").getroot()


def palette_map(folder: Path, place: str, name: str) -> np.ndarray:
    with Image.open(folder / place / f"{name}.png") as image:
        assert image.mode == "P"
        return np.asarray(image)


def visible(dataset: Dataset, frame: int) -> list[ObjectAnnotation]:
    found = dataset.annotation(frame).objects
    return [shown for shown in found if shown.role == "target" and shown.visible_pixels]


def test_pictures_and_objects_read_back(export: Export, dataset: Dataset) -> None:
    folder, record = export("voc")
    names = [name for part in ("train", "val") for [name] in listed(folder, f"Main/{part}")]
    assert sorted(map(int, names)) == dataset.frame_numbers()
    flags = set()
    for name in names:
        root = description(folder, name)
        assert root.findtext("filename") == f"{name}.png"
        size = [int(root.findtext(f"size/{key}")) for key in ("width", "height", "depth")]
        assert size == [WIDTH, HEIGHT, 3]
        with Image.open(folder / "JPEGImages" / root.findtext("filename")) as image:
            assert np.array_equal(np.asarray(image), dataset.image(int(name)))
        expected = visible(dataset, int(name))
        for element, shown in zip(root.findall("object"), expected, strict=True):
            assert element.findtext("name") == shown.category
            left, top, right, bottom = (
                int(element.findtext(f"bndbox/{key}")) for key in ("xmin", "ymin", "xmax", "ymax")
            )
            rows, columns = np.nonzero(decode_mask(shown.visible_mask))
            assert (left, right) == (columns.min() + 1, columns.max() + 1)
            assert (top, bottom) == (rows.min() + 1, rows.max() + 1)
            hidden = 1 - shown.visible_pixels / decode_mask(shown.amodal_mask).sum()
            found = [element.findtext(key) for key in ("truncated", "occluded", "difficult")]
            assert found == [str(int(shown.truncation_fraction > 0)), str(int(hidden > 0.05)), "0"]
            flags.add(tuple(found[:2]))
    assert len(flags) > 1
    assert list(export_problems(folder, record)) == []


def test_lists_of_classes_tell_where_they_are(export: Export, dataset: Dataset) -> None:
    folder, _ = export("voc")
    for part in ("train", "val"):
        names = [name for [name] in listed(folder, f"Main/{part}")]
        assert [name for [name] in listed(folder, f"Segmentation/{part}")] == names
        for safe, category in zip(SAFE, CLASSES, strict=True):
            rows = listed(folder, f"Main/{safe}_{part}")
            assert [name for name, _ in rows] == names
            for name, flag in rows:
                shown = {shown.category for shown in visible(dataset, int(name))}
                assert flag == ("1" if category in shown else "-1")
    lines = (folder / "classes.txt").read_text("utf-8").splitlines()
    assert [line.split(" ", 1)[0] for line in lines] == SAFE
    assert [json.loads(line.split(" ", 1)[1]) for line in lines] == CLASSES


def test_maps_show_classes_and_objects(export: Export, dataset: Dataset) -> None:
    folder, _ = export("voc")
    for number in dataset.frame_numbers():
        name = f"{number:09d}"
        classes = palette_map(folder, "SegmentationClass", name)
        objects = palette_map(folder, "SegmentationObject", name)
        shown = visible(dataset, number)
        covered = np.zeros((HEIGHT, WIDTH), bool)
        for place, one in enumerate(shown, start=1):
            mask = decode_mask(one.visible_mask)
            assert np.array_equal(objects == place, mask)
            assert (classes[mask] == CLASSES.index(one.category) + 1).all()
            covered |= mask
        assert not classes[~covered].any() and not objects[~covered].any()


def test_colours_are_vocs() -> None:
    colours = np.reshape(colour_map(), (256, 3)).tolist()
    assert colours[:5] == [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0], [0, 0, 128]]
    assert colours[8] == [64, 0, 0] and colours[20] == [0, 64, 128]
    assert colours[255] == [224, 224, 192]


def test_without_maps_and_with_fewer_classes(export: Export, dataset: Dataset) -> None:
    chosen = ExportFilter(classes=(AWKWARD,))
    folder, record = export("voc", options={"segmentation": False}, filter=chosen)
    assert not list(folder.glob("Segmentation*"))
    assert [path.name for path in (folder / "ImageSets").iterdir()] == ["Main"]
    root = description(folder, f"{dataset.frame_numbers()[0]:09d}")
    assert root.findtext("segmented") == "0"
    assert list(export_problems(folder, record)) == []
    folder, record = export("voc", "maps", filter=chosen)
    assert list(export_problems(folder, record)) == []


def test_lists_are_the_same_in_small_batches(
    export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = export("voc")
    monkeypatch.setattr(voc, "_BATCH", 2)
    pieces, _ = export("voc", "pieces")
    for path in (whole / "ImageSets").rglob("*.txt"):
        assert (pieces / path.relative_to(whole)).read_bytes() == path.read_bytes()


def test_what_a_palette_cannot_hold_is_refused(
    export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="--min-area 0"):
        export("voc", filter=ExportFilter(min_area=0))
    monkeypatch.setattr(voc, "MOST", 2)
    with pytest.raises(UsageError, match=r"3 classes.*segmentation=false"):
        export("voc")
    export("voc", "plain", options={"segmentation": False})
    monkeypatch.setattr(voc.maps, "MOST", 1)
    with pytest.raises(UsageError, match=r"shows \d objects.*segmentation=false"):
        export("voc", filter=ExportFilter(classes=("cube",)))


def test_a_class_that_xml_cannot_hold_is_refused(
    export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = (Category(id=1, name="cube"), Category(id=2, name="a\x01b"))
    monkeypatch.setattr(ExportFilter, "categories", lambda self, known: names)
    with pytest.raises(DatasetError, match=r"'a\\x01b' has a character that XML cannot hold"):
        export("voc")


@given(
    st.lists(st.text(st.sampled_from("aA_b /:*é"), min_size=1), unique=True),
    st.lists(st.sampled_from(["a", "b", "a_b", "train", "A"]), min_size=1, unique_by=str.lower),
)
def test_names_of_lists_never_meet(classes: list[str], parts: list[str]) -> None:
    found = list_names(classes, parts)
    assert list(found.values()) == classes
    files = [*parts, *(f"{name}_{part}" for name in found for part in parts)]
    assert len({file.casefold() for file in files}) == len(files)
    assert not any(set(name) & set(" /:*") for name in found)


Change = Callable[[Path, str], object]


def change(place: str, before: str, after: str) -> Change:
    def run(folder: Path, name: str) -> None:
        path = folder / place.format(name)
        text = path.read_text("utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), "utf-8")

    return run


def remove(place: str) -> Change:
    return lambda folder, name: (folder / place.format(name)).unlink()


def overwrite(place: str, value: int, mode: str = "P") -> Change:
    def run(folder: Path, name: str) -> None:
        image = Image.new(mode, (WIDTH, HEIGHT), value)
        if mode == "P":
            image.putpalette(colour_map())
        image.save(folder / place.format(name))

    return run


XML = "Annotations/{}.xml"


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (remove("JPEGImages/{}.png"), "JPEGImages/{}.png: is missing or cannot be read"),
        (remove(XML), "Annotations/{}.xml: cannot be read"),
        (change(XML, "</annotation>", ""), "Annotations/{}.xml: cannot be read"),
        (change(XML, ".png<", ".jpg<"), "Annotations/{}.xml: filename is {}.jpg"),
        (change(XML, "<width>96", "<width>97"), "Annotations/{}.xml: the size is not"),
        (change(XML, "<name>", "<name>x"), "Annotations/{}.xml: object 1 has the unknown class"),
        (change(XML, "<xmin>", "<xmin>-"), "Annotations/{}.xml: the box of object 1 is not"),
        (change(XML, "<ymax>", "<ymax>9"), "Annotations/{}.xml: the box of object 1 is not"),
        (change(XML, "<difficult>0", "<difficult>x"), "Annotations/{}.xml: a flag of object 1"),
        (change(XML, "object>", "objekt>"), "Annotations/{}.xml: cannot be read"),
        (remove("SegmentationClass/{}.png"), "SegmentationClass/{}.png: cannot be read"),
        (overwrite("SegmentationClass/{}.png", 9), "SegmentationClass/{}.png: holds 9"),
        (overwrite("SegmentationObject/{}.png", 99), "SegmentationObject/{}.png: holds 99"),
        (overwrite("SegmentationObject/{}.png", 0, "L"), "SegmentationObject/{}.png: is no"),
        (remove("ImageSets/Main/train.txt"), "ImageSets/Main/train.txt: is missing"),
        (remove("ImageSets/Main/cube_val.txt"), "ImageSets/Main/cube_val.txt: is missing"),
        (change("ImageSets/Main/never_val.txt", "-1", "1"), "ImageSets/Main/never_val.txt: lists"),
        (change("ImageSets/Main/cube_val.txt", "0", "9"), "ImageSets/Main/cube_val.txt: does not"),
        (remove("ImageSets/Segmentation/val.txt"), "ImageSets/Segmentation/val.txt: is not the"),
        (change("classes.txt", "cube", "cuboid"), "classes.txt: is not the list"),
    ],
)
def test_faults_are_found(export: Export, dataset: Dataset, fault: Change, problem: str) -> None:
    folder, record = export("voc", hardlinks=False)
    name = next(f"{number:09d}" for number in dataset.frame_numbers() if visible(dataset, number))
    fault(folder, name)
    found = list(export_problems(folder, record))
    assert any(line.startswith(problem.format(name, name)) for line in found), found


def test_a_frame_that_is_missing_is_counted(export: Export) -> None:
    folder, record = export("voc")
    path = folder / "ImageSets/Main/train.txt"
    path.write_text("".join(path.read_text("utf-8").splitlines(True)[1:]), "utf-8")
    assert any("frames with" in line for line in export_problems(folder, record))
