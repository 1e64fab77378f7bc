"""YOLO's layout, read as Ultralytics documents it, and its geometry against brute force."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from synth_addon.core.annotation import ObjectAnnotation, decode_mask
from synth_addon.core.dataset.info import Category
from synth_addon.core.dataset.reading import Dataset
from synth_addon.core.errors import DatasetError, UsageError
from synth_addon.core.export.check import export_problems
from synth_addon.core.export.filters import ExportFilter
from synth_addon.core.export.formats import yolo
from synth_addon.core.export.formats.coco.polygons import mask_polygons
from synth_addon.core.export.formats.yolo.label_checks import LabelRules, label_problems
from synth_addon.core.export.formats.yolo.polygon import joined
from synth_addon.core.export.formats.yolo.rectangle import smallest_rectangle
from synth_addon.core.export.formats.yolo.yaml import read_yaml, yaml_text

from .conftest import AWKWARD, HEIGHT, WIDTH, Export

CLASSES = ["cube", AWKWARD, "never"]
SIZE = np.array([WIDTH, HEIGHT])


def description(folder: Path) -> dict:
    return yaml.safe_load((folder / "data.yaml").read_text("utf-8"))


def rows(folder: Path) -> Iterator[tuple[int, list[list[float]]]]:
    """Yield frame number and rows as Ultralytics finds them: from pictures to labels."""
    content = description(folder)
    for part in ("train", "val", "test"):
        for picture in sorted((folder / content[part]).glob("*.png")) if part in content else ():
            label = Path(str(picture).replace("/images/", "/labels/")).with_suffix(".txt")
            lines = label.read_text("utf-8").splitlines()
            yield int(picture.stem), [[float(value) for value in line.split()] for line in lines]


def visible(dataset: Dataset, frame: int) -> list[ObjectAnnotation]:
    found = dataset.annotation(frame).objects
    return [shown for shown in found if shown.role == "target" and shown.visible_pixels]


def exported(folder: Path, dataset: Dataset) -> Iterator[tuple[list[float], ObjectAnnotation]]:
    """Yield every row with its object, class checked."""
    frames = dict(rows(folder))
    assert sorted(frames) == dataset.frame_numbers()
    for frame, found in frames.items():
        for row, shown in zip(found, visible(dataset, frame), strict=True):
            assert CLASSES[int(row[0])] == shown.category
            yield row[1:], shown


def inside(ring: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return which pixels' centres a polygon encloses, by how often a ray to the right meets it."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    crossings = np.zeros(shape, int)
    for (ax, ay), (bx, by) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        if ay != by:
            crossed = (ay <= y) != (by <= y)
            crossings += crossed & (x < ax + (y - ay) * (bx - ax) / (by - ay))
    return crossings % 2 == 1


def test_boxes_and_description_read_back(export: Export, dataset: Dataset) -> None:
    folder, record = export("yolo")
    content = description(folder)
    assert content == {
        "train": "images/train",
        "val": "images/val",
        "names": dict(enumerate(CLASSES)),
    }
    assert read_yaml((folder / "data.yaml").read_text("utf-8")) == content
    count = 0
    for (cx, cy, w, h), shown in exported(folder, dataset):
        corner = (np.array([cx, cy]) - np.array([w, h]) / 2) * SIZE
        assert np.allclose([*corner, *(np.array([w, h]) * SIZE)], shown.visible_box, atol=1e-4)
        count += 1
    assert count == sum(counts.objects for counts in record.counts.values()) > 10
    for picture in (folder / "images").rglob("*.png"):
        with Image.open(picture) as image:
            assert np.array_equal(np.asarray(image), dataset.image(int(picture.stem)))
    assert list(export_problems(folder, record)) == []


def test_polygons_cover_exactly_the_masks(export: Export, dataset: Dataset) -> None:
    folder, record = export("yolo", options={"task": "segment"})
    for values, shown in exported(folder, dataset):
        ring = np.reshape(values, (-1, 2)) * SIZE
        assert np.array_equal(inside(ring, (HEIGHT, WIDTH)), decode_mask(shown.visible_mask))
        low, high = ring.min(axis=0), ring.max(axis=0)
        assert np.allclose([*low, *(high - low)], shown.visible_box, atol=1e-4)
    assert list(export_problems(folder, record)) == []


def test_keypoints_stand_in_one_order_for_all_classes(export: Export, dataset: Dataset) -> None:
    folder, record = export("yolo", options={"task": "pose"})
    content = description(folder)
    names = ["corner", "opposite"]
    assert content["kpt_shape"] == [2, 3]
    assert content["kpt_names"] == {0: names, 1: names, 2: names}
    states = set()
    for values, shown in exported(folder, dataset):
        points = {point.name: point for point in shown.keypoints}
        for name, (x, y, state) in zip(names, np.reshape(values[4:], (-1, 3)), strict=True):
            states.add((shown.category, int(state)))
            if name not in points or points[name].state == "outside":
                assert (x, y, state) == (0, 0, 0)
                continue
            assert state == {"visible": 2, "hidden": 1}[points[name].state]
            assert np.allclose((x, y) * SIZE, points[name].position_px, atol=1e-4)
    assert states >= {("cube", 2), ("cube", 1), (AWKWARD, 0)}
    assert list(export_problems(folder, record)) == []


def test_turned_boxes_hold_every_pixel(export: Export, dataset: Dataset) -> None:
    folder, record = export("yolo", options={"task": "obb"})
    for values, shown in exported(folder, dataset):
        rectangle = np.reshape(values, (4, 2)) * SIZE
        assert is_rectangle(rectangle, 1e-4)
        row, column = np.nonzero(decode_mask(shown.visible_mask))
        for right, below in ((0, 0), (0, 1), (1, 0), (1, 1)):
            assert encloses(rectangle, np.column_stack([column + right, row + below]), 1e-4)
        assert area(rectangle) <= shown.visible_box[2] * shown.visible_box[3] + 1e-2
    assert list(export_problems(folder, record)) == []


def test_without_keypoints_the_task_pose_is_refused(export: Export) -> None:
    with pytest.raises(DatasetError, match=r"objects\.NAME\.keypoints"):
        export("yolo", options={"task": "pose"}, filter=ExportFilter(classes=(AWKWARD,)))


@pytest.mark.parametrize(
    "shares", [{"all": 1.0}, {"train": 0.5, "test": 0.5}, {"train": 0.4, "val": 0.3, "more": 0.3}]
)
def test_parts_that_ultralytics_cannot_use_are_refused(export: Export, shares: dict) -> None:
    with pytest.raises(UsageError, match=r"--split train=0\.8,val=0\.2"):
        export("yolo", shares=shares)


def test_objects_that_nobody_sees_are_refused(export: Export) -> None:
    with pytest.raises(UsageError, match="--min-area 0"):
        export("yolo", filter=ExportFilter(min_area=0))


def test_three_parts_and_one_class(export: Export) -> None:
    shares = {"train": 0.5, "val": 0.25, "test": 0.25}
    folder, record = export("yolo", shares=shares, filter=ExportFilter(classes=(AWKWARD,)))
    content = description(folder)
    assert content["names"] == {0: AWKWARD}
    assert [content[part] for part in shares] == [f"images/{part}" for part in shares]
    found = dict(rows(folder))
    assert any(not lines for lines in found.values())
    assert {row[0] for lines in found.values() for row in lines} == {0}
    assert list(export_problems(folder, record)) == []


def test_equal_rows_are_written_once_and_counted(
    export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = ExportFilter.kept
    monkeypatch.setattr(ExportFilter, "kept", lambda self, frame: kept(self, frame) * 2)
    folder, record = export("yolo")
    equal = description(folder)["equal_rows"]
    assert equal == {part: counts.objects // 2 for part, counts in record.counts.items()}
    assert list(export_problems(folder, record)) == []


def test_faults_are_found(export: Export) -> None:
    folder, record = export("yolo")
    label = next(path for path in (folder / "labels").rglob("*.txt") if path.read_text())
    name = label.relative_to(folder).as_posix()
    part = label.parent.name
    picture = folder / "images" / part / f"{label.stem}.png"

    def problems_with(path: Path, content: bytes | None) -> list[str]:
        before = path.read_bytes()
        path.unlink()  # what is linked to the dataset must not be written to
        if content is not None:
            path.write_bytes(content)
        found = list(export_problems(folder, record))
        path.unlink(missing_ok=True)
        path.write_bytes(before)
        return found

    first = label.read_bytes()
    assert problems_with(label, first + first.splitlines(True)[0])[0].startswith(
        f"{name}, line {first.count(10) + 1}: is the same as line 1"
    )
    assert problems_with(label, b"") == [
        f"labels/{part}: {record.counts[part].objects - first.count(10)} objects, "
        f"the export has {record.counts[part].objects}"
    ]
    assert problems_with(label, None)[0] == f"{name}: is missing"
    assert problems_with(picture, None)[0] == f"images/{part}/{picture.name}: is missing"
    assert problems_with(picture, b"no picture") == [
        f"images/{part}/{picture.name}: cannot be read as a picture"
    ]
    described = folder / "data.yaml"
    text = described.read_bytes()
    assert problems_with(described, None) == ["data.yaml: is missing"]
    assert problems_with(described, text[:-3])[0].startswith("data.yaml: cannot be read")
    assert problems_with(described, text.replace(b"images/val", b"images/value")) == [
        "data.yaml: val is 'images/value', not images/val"
    ]
    assert problems_with(described, text.replace(b"cube", b"cuboid")) == [
        "data.yaml: names are not the export's classes"
    ]
    (folder / "labels" / "val").rename(folder / "labels" / "gone")
    assert list(export_problems(folder, record)) == ["labels/val: the folder is missing"]


@pytest.mark.parametrize(
    ("task", "line", "problem"),
    [
        ("detect", "0 0.5 0.5 0.1", "4 columns, the task detect has 5"),
        ("detect", "0 0.5 0.5 0.1 x", "not all numbers"),
        ("detect", "3 0.5 0.5 0.1 0.1", "class 3 is not one of 0 to 2"),
        ("detect", "0.5 0.5 0.5 0.1 0.1", "class 0.5 is not one of"),
        ("detect", "-1 0.5 0.5 0.1 0.1", "class -1 is not one of"),
        ("detect", "0 0.5 1.2 0.1 0.1", "1.2 is not within 0 to 1"),
        ("detect", "0 0.5 0.5 nan 0.1", "nan is not within 0 to 1"),
        ("segment", "0 0.5 0.5 0.1 0.1", "5 columns, a polygon has"),
        ("segment", "0 0.1 0.1 0.2 0.1 0.2 0.2 0.1", "8 columns, a polygon has"),
        ("segment", "0 0.1 0.1 0.2 0.1 0.2 -0.2", "-0.2 is not within 0 to 1"),
        ("pose", "0 0.5 0.5 0.1 0.1 0.2 0.2 2", "8 columns, the task pose has 11"),
        ("pose", "0 0.5 0.5 0.1 0.1 0.2 0.2 2 0.2 1.2 2", "1.2 is not within"),
        ("pose", "0 0.5 0.5 0.1 0.1 0.2 0.2 3 0 0 0", "a keypoint's state is not 0, 1 or 2"),
        ("obb", "0 0.5 0.5 0.1 0.1", "5 columns, the task obb has 9"),
        ("obb", "0 -0.2 0.5 0.5 -0.2 1.2 0.5 0.5 1.2", "1.4 is not within 0 to 1"),
        ("obb", "0 0.1 0.1 0.2 0.1 0.2 inf 0.1 0.2", "nan is not within 0 to 1"),
    ],
)
def test_faults_of_a_label_are_named(task: str, line: str, problem: str) -> None:
    right = LabelRules(task, classes=3, keypoints=2)
    [found] = label_problems(f"\n{line}\n", right)
    assert found.startswith("line 2: ")
    assert problem in found


def test_corners_outside_the_picture_are_accepted() -> None:
    text = "0 -0.1 0.5 0.1 0.3 0.3 0.5 0.1 0.7\n"
    assert list(label_problems(text, LabelRules("obb", classes=1))) == []


@given(st.dictionaries(st.integers(0, 99), st.text(), min_size=1), st.lists(st.text()))
def test_any_class_name_reads_back(names: dict[int, str], points: list[str]) -> None:
    content = {"train": "images/train", "names": names, "kpt_names": {0: points}, "list": [2, 3]}
    text = yaml_text(content)
    assert yaml.safe_load(text) == content
    assert read_yaml(text) == content


@pytest.mark.parametrize(
    "text", ["a", "a: b\n", "  0: 1\n", "a: 1\na: 2\n", "a:\n  b:\n", "a: 1\n  b: 2\n", "a: 1"]
)
def test_other_yaml_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"line|Expecting"):
        read_yaml(text)


def outlines(mask: np.ndarray) -> list[np.ndarray]:
    return [np.reshape(polygon, (-1, 2)) for polygon in mask_polygons(mask)]


masks = st.integers(1, 9).flatmap(
    lambda width: st.lists(
        st.lists(st.booleans(), min_size=width, max_size=width), min_size=1, max_size=9
    )
)


@given(masks)
def test_joined_outlines_enclose_exactly_the_mask(pixels: list[list[bool]]) -> None:
    mask = np.array(pixels)
    rings = outlines(mask)
    assert bool(rings) == mask.any()
    if rings:
        assert np.array_equal(inside(joined(rings), mask.shape), mask)
        assert signed_area(joined(rings)) == mask.sum()


def test_far_parts_are_joined_by_the_shortest_bridges() -> None:
    mask = np.zeros((20, 60), bool)
    mask[2:12, 2:12] = True
    mask[5:8, 5:8] = False
    mask[4:6, 40:50] = True
    mask[4:6, 20:30] = True
    rings = outlines(mask)
    ring = joined(rings)
    assert len(rings) == 3
    assert np.array_equal(inside(ring, mask.shape), mask)
    bridges = np.hypot(8, 2) + 10
    assert np.isclose(length(ring), sum(map(length, rings)) + 2 * bridges)


@settings(max_examples=60)
@given(masks)
def test_the_rectangle_is_the_smallest_of_all_angles(pixels: list[list[bool]]) -> None:
    mask = np.array(pixels)
    if not mask.any():
        return
    points = np.concatenate(outlines(mask))
    rectangle = smallest_rectangle(points, (1000, 1000))
    assert is_rectangle(rectangle, 1e-9)
    assert encloses(rectangle, points, 1e-9)
    angles = np.radians(np.arange(0, 90, 0.1))
    along = np.column_stack([np.cos(angles), np.sin(angles)])
    across = np.column_stack([-np.sin(angles), np.cos(angles)])
    areas = np.ptp(points @ along.T, axis=0) * np.ptp(points @ across.T, axis=0)
    assert area(rectangle) <= areas.min() + 1e-9


@settings(max_examples=60)
@given(masks)
def test_rectangles_are_such_as_ultralytics_accepts(pixels: list[list[bool]]) -> None:
    mask = np.array(pixels)
    if not mask.any():
        return
    height, width = mask.shape
    rectangle = smallest_rectangle(np.concatenate(outlines(mask)), (width, height))
    line = " ".join(str(value) for value in (rectangle / (width, height)).ravel())
    assert list(label_problems(f"0 {line}\n", LabelRules("obb", classes=1))) == []


def test_a_turned_square_that_fills_the_picture_stays_upright() -> None:
    y, x = np.mgrid[:40, :40] + 0.5
    mask = np.abs(x - 20) + np.abs(y - 20) < 20
    points = np.concatenate(outlines(mask))
    assert area(smallest_rectangle(points, (40, 40))) == 38**2
    assert area(smallest_rectangle(points, (60, 60))) < 1000


def test_small_pictures_and_missing_classes_are_refused(
    export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yolo, "MIN_SIZE", 73)
    with pytest.raises(DatasetError, match=f"{WIDTH} x {HEIGHT} pixels"):
        export("yolo")
    nothing: tuple[Category, ...] = ()
    monkeypatch.setattr(ExportFilter, "categories", lambda self, known: nothing)
    with pytest.raises(DatasetError, match="has no class"):
        export("yolo")


def is_rectangle(corners: np.ndarray, near: float) -> bool:
    sides = np.roll(corners, -1, axis=0) - corners
    right = np.abs((sides * np.roll(sides, -1, axis=0)).sum(axis=1))
    return bool(np.allclose(sides[:2], -sides[2:], atol=near) and right.max() <= near * 400)


def encloses(corners: np.ndarray, points: np.ndarray, near: float) -> bool:
    for begin, side in zip(corners, np.roll(corners, -1, axis=0) - corners, strict=True):
        away = points - begin
        across = side[0] * away[:, 1] - side[1] * away[:, 0]
        if across.min() < -near * np.linalg.norm(side):
            return False
    return True


def length(ring: np.ndarray) -> float:
    return float(np.linalg.norm(np.roll(ring, -1, axis=0) - ring, axis=1).sum())


def area(corners: np.ndarray) -> float:
    return abs(signed_area(corners))


def signed_area(ring: np.ndarray) -> float:
    x, y = np.asarray(ring, float).T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)
