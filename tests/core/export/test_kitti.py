"""KITTI's object detection layout, read as its development kit documents it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from synth_addon.core.annotation import ObjectAnnotation
from synth_addon.core.dataset.reading import Dataset
from synth_addon.core.errors import UsageError
from synth_addon.core.export.check import export_problems
from synth_addon.core.export.filters import ExportFilter
from synth_addon.core.export.formats.kitti import type_words, upright_box
from synth_addon.core.transforms import (
    rotation_from_quaternion,
    transform_from,
    transform_points,
)

from .conftest import AWKWARD, Export

WORDS = {"cube": "cube", "箱,_groß": AWKWARD, "never": "never"}


def corners_of(box: list[float]) -> np.ndarray:
    """Return the 8 corners of height, width, length, x, y, z, rotation_y, as the kit draws them."""
    h, w, l, x, y, z, angle = box  # noqa: E741
    along = np.array([l, l, -l, -l, l, l, -l, -l]) / 2
    up = -h * np.array([0, 0, 0, 0, 1, 1, 1, 1])
    across = np.array([w, -w, -w, w, w, -w, -w, w]) / 2
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    return (turn @ np.array([along, up, across])).T + np.array([x, y, z])


def in_box(points: np.ndarray, box: list[float]) -> np.ndarray:
    """Return points in the box's own frame, with every side of it at -1 and 1."""
    h, w, l, x, y, z, angle = box  # noqa: E741
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    return (points - [x, y - h / 2, z]) @ turn / (np.array([l, h, w]) / 2)


def labels(folder: Path, name: str) -> Iterator[tuple[str, list[float]]]:
    for line in (folder / "label_2" / f"{name}.txt").read_text("utf-8").splitlines():
        word, *values = line.split()
        yield word, [float(value) for value in values]


def calibration(folder: Path, name: str) -> dict[str, np.ndarray]:
    lines = (folder / "calib" / f"{name}.txt").read_text("utf-8").splitlines()
    pairs = (line.split(": ") for line in lines)
    return {key: np.array(values.split(), float).reshape(3, -1) for key, values in pairs}


def names(folder: Path) -> list[str]:
    listed = [
        line
        for part in ("train", "val")
        for line in (folder / "ImageSets" / f"{part}.txt").read_text().splitlines()
    ]
    return sorted(listed)


def visible(dataset: Dataset, frame: int) -> list[ObjectAnnotation]:
    found = dataset.annotation(frame).objects
    return [shown for shown in found if shown.role == "target" and shown.visible_pixels]


def test_labels_read_back(export: Export, dataset: Dataset) -> None:
    folder, record = export("kitti")
    assert list(map(int, names(folder))) == dataset.frame_numbers()
    states = set()
    for name in names(folder):
        ids = dataset.instances(int(name))
        expected = visible(dataset, int(name))
        for (word, values), shown in zip(labels(folder, name), expected, strict=True):
            truncated, occluded, alpha, left, top, right, bottom, *box = values
            assert WORDS[word] == shown.category
            assert truncated == pytest.approx(shown.truncation_fraction, abs=1e-6)
            rows, columns = np.nonzero(ids == shown.instance_id)
            assert [left, right] == [columns.min(), columns.max()]
            assert [top, bottom] == [rows.min(), rows.max()]
            inside = in_box(np.array(shown.box_3d.corners_camera), box)
            assert np.allclose(inside.min(axis=0), -1, atol=1e-3)
            assert np.allclose(inside.max(axis=0), 1, atol=1e-3)
            assert np.allclose(np.abs(in_box(corners_of(box), box)), 1)
            ray = math.atan2(box[3], box[5])
            assert math.cos(box[6] - ray - alpha) == pytest.approx(1)
            share = shown.visible_pixels / shown.amodal_pixels
            assert occluded == (0 if share >= 0.95 else 1 if share >= 0.5 else 2)
            states.add(occluded)
    assert len(states) > 1
    assert list(export_problems(folder, record)) == []


def test_points_are_projected_by_the_calibration(export: Export, dataset: Dataset) -> None:
    folder, _ = export("kitti")
    for name in names(folder):
        matrices = calibration(folder, name)
        laser = np.array([[2.0, 0.0, 0.0, 1.0], [2.0, 1.0, 0.0, 1.0], [2.0, 0.0, 1.0, 1.0]])
        seen = matrices["R0_rect"] @ matrices["Tr_velo_to_cam"] @ laser.T
        assert np.allclose(seen.T, [[0, 0, 2], [-1, 0, 2], [0, -1, 2]])
        assert np.array_equal(matrices["Tr_imu_to_velo"], np.eye(3, 4))
        for shown in visible(dataset, int(name)):
            points = np.column_stack([shown.box_3d.corners_camera, np.ones(8)])
            for camera in ("P0", "P1", "P2", "P3"):
                x, y, z = matrices[camera] @ points.T
                pixels = np.column_stack([x / z, y / z])
                assert np.allclose(pixels + 0.5, shown.box_3d.corners_px, atol=1e-6)
        with Image.open(folder / "image_2" / f"{name}.png") as image:
            assert np.array_equal(np.asarray(image), dataset.image(int(name)))


def test_classes_are_words(export: Export) -> None:
    folder, _ = export("kitti")
    lines = (folder / "classes.txt").read_text("utf-8").splitlines()
    assert {line.split()[0]: json.loads(line.split(" ", 1)[1]) for line in lines} == WORDS


@given(st.lists(st.text(st.sampled_from("ab _2\t\n\u2003"), min_size=1), unique=True))
def test_words_never_meet(classes: list[str]) -> None:
    found = type_words([*classes, "DontCare"])
    assert list(found.values()) == [*classes, "DontCare"]
    assert all(word.split() == [word] for word in found)
    assert "DontCare" not in found


numbers = st.floats(-1, 1)


@given(
    st.tuples(numbers, numbers, numbers, numbers).filter(lambda q: np.linalg.norm(q) > 0.1),
    st.tuples(*[st.floats(0.01, 2)] * 3),
    st.tuples(st.floats(-3, 3), st.floats(-3, 3), st.floats(1, 9)),
)
def test_the_box_holds_the_objects_corners_tightly(
    quaternion: tuple, size: tuple, position: tuple
) -> None:
    pose = transform_from(rotation_from_quaternion(quaternion), position)
    signs = np.array([[i & 1, i >> 1 & 1, i >> 2 & 1] for i in range(8)]) - 0.5
    corners = transform_points(pose, signs * size)
    box = list(upright_box(corners, pose))
    inside = in_box(corners, box)
    assert np.allclose(inside.min(axis=0), -1, atol=1e-6)
    assert np.allclose(inside.max(axis=0), 1, atol=1e-6)


@pytest.mark.parametrize("angle", [-3.0, -1.2, 0.0, 0.4, 2.5])
def test_an_upright_object_keeps_its_own_box(angle: float) -> None:
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    # The object's x, y and z axes point along KITTI's length, width and up.
    rotation = turn @ np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]]).T
    pose = transform_from(rotation, (0.5, 0.2, 4.0))
    signs = np.array([[i & 1, i >> 1 & 1, i >> 2 & 1] for i in range(8)]) - 0.5
    box = upright_box(transform_points(pose, signs * [4.0, 1.6, 1.5]), pose)
    assert np.allclose(box, [1.5, 1.6, 4.0, 0.5, 0.2 + 0.75, 4.0, angle])


def test_an_object_on_its_end_has_the_angle_of_its_second_axis() -> None:
    pose = transform_from(np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]]), (0, 0, 3))
    corners = transform_points(pose, np.array([[-1, -2, -3], [1, 2, 3]]))
    assert np.allclose(upright_box(corners, pose), [2, 6, 4, 0, 1, 3, -math.pi / 2])


def test_objects_that_nobody_sees_are_refused(export: Export) -> None:
    with pytest.raises(UsageError, match="--min-area 0"):
        export("kitti", filter=ExportFilter(min_area=0))


Change = Callable[[Path, str], object]


def column(number: int, value: str) -> Change:
    def run(folder: Path, name: str) -> None:
        path = folder / "label_2" / f"{name}.txt"
        first, *others = path.read_text("utf-8").splitlines(True)
        columns = first.split()
        columns[number] = value
        path.write_text("".join([" ".join(columns) + "\n", *others]), "utf-8")

    return run


def remove(place: str) -> Change:
    return lambda folder, name: (folder / place.format(name)).unlink()


def write(place: str, text: str) -> Change:
    return lambda folder, name: (folder / place.format(name)).write_text(text, "utf-8")


LABEL = "label_2/{}.txt, line 1: "


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (column(0, "mug"), LABEL + "the type 'mug' is not in classes.txt"),
        (column(1, "1.5"), LABEL + "truncated is 1.5"),
        (column(2, "3"), LABEL + "occluded is 3"),
        (column(3, "4.0"), LABEL + "alpha 4.0"),
        (column(4, "-1"), LABEL + "the box -1.0"),
        (column(6, "96"), LABEL + "the box"),
        (column(8, "-0.1"), LABEL + "dimensions"),
        (column(13, "nan"), LABEL + "dimensions"),
        (column(14, "nan"), LABEL + "alpha"),
        (column(14, "x"), LABEL + "a column is no number"),
        (column(14, "0 0"), LABEL + "16 columns"),
        (write("label_2/{}.txt", ""), "ImageSets/"),
        (remove("label_2/{}.txt"), "label_2/{}.txt: is missing"),
        (remove("image_2/{}.png"), "image_2/{}.png: is missing"),
        (remove("calib/{}.txt"), "calib/{}.txt: is missing"),
        (write("calib/{}.txt", "P0: 1 2 x\n"), "calib/{}.txt: is no calibration"),
        (write("calib/{}.txt", "P0: 1 2 3\n"), "calib/{}.txt: is no calibration"),
        (write("calib/more.txt", ""), "calib: 13 files, the export has 12"),
        (write("ImageSets/train.txt", ""), "ImageSets/train.txt: 0 frames with 0 objects"),
        (remove("ImageSets/val.txt"), "ImageSets/val.txt: is missing"),
        (remove("classes.txt"), "classes.txt: is not the list"),
    ],
)
def test_faults_are_found(export: Export, dataset: Dataset, fault: Change, problem: str) -> None:
    folder, record = export("kitti", hardlinks=False)
    name = next(f"{number:09d}" for number in dataset.frame_numbers() if visible(dataset, number))
    fault(folder, name)
    found = list(export_problems(folder, record))
    assert any(line.startswith(problem.format(name)) for line in found), found
