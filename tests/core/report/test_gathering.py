"""What is gathered from a dataset, counted again by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from synth_addon.core.dataset.info import Category
from synth_addon.core.dataset.reading import Dataset
from synth_addon.core.report.gathering import Statistics, gather
from synth_addon.core.report.object_statistics import ObjectStatistics, direction_to_camera
from synth_addon.core.report.picture_statistics import measure_picture
from synth_addon.core.report.warnings import warnings


@pytest.fixture(scope="module")
def statistics(dataset: Dataset) -> Statistics:
    return gather(dataset, 5)


def test_counts_are_those_of_the_records(dataset: Dataset, statistics: Statistics) -> None:
    frames = list(dataset.annotations())
    targets = [item for frame in frames for item in frame.objects if item.role == "target"]
    seen = [item for item in targets if item.visible_box]
    assert statistics.objects.frames == len(frames) == 12
    assert statistics.objects.seen == len(seen) == statistics.objects.places.total
    counted = Counter(item.category for item in seen)
    for name, found in statistics.objects.classes.items():
        assert found.seen == counted[name] == found.directions.total
        assert found.unseen == sum(i.category == name and not i.visible_box for i in targets)
    assert statistics.objects.visibility.most == max(item.visible_fraction for item in seen)
    assert statistics.lights.scenes == 6
    assert statistics.cameras.elevation.total == 12


def test_outliers_are_the_most_extreme(dataset: Dataset, statistics: Statistics) -> None:
    sizes = [
        (item.visible_pixels, frame.frame, item.instance_id)
        for frame in dataset.annotations()
        for item in frame.objects
        if item.role == "target" and item.visible_box
    ]
    found = statistics.outliers["Smallest objects"].most_extreme()
    assert [(each.rank, each.frame, each.instance_id) for each in found] == sorted(sizes)[:5]


def test_only_so_many_pictures_are_measured(statistics: Statistics) -> None:
    assert statistics.pictures.count == 5
    assert statistics.pictures.levels.sum(axis=1) == pytest.approx([1.0, 1.0, 1.0])


def test_directions_point_from_the_object_to_the_camera(dataset: Dataset) -> None:
    frame = next(dataset.annotations())
    camera = np.array(frame.world_from_camera)[:3, 3]
    for item in frame.objects:
        pose = np.array(item.world_from_object)
        middle = pose[:3, :3] @ np.array(item.box_3d.center) + pose[:3, 3]
        expected = camera - middle
        assert np.allclose(pose[:3, :3] @ direction_to_camera(item), expected, atol=1e-9)


def test_brightness_and_sharpness_mean_what_they_say(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pictures = {
        "black": np.zeros((90, 120, 3)),
        "white": np.full((90, 120, 3), 255),
        "noise": rng.integers(0, 256, (90, 120, 3)),
    }
    found = {}
    for name, pixels in pictures.items():
        Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / f"{name}.png")
        found[name] = measure_picture(tmp_path / f"{name}.png")
    assert found["black"].brightness == 0
    assert found["white"].brightness == pytest.approx(1.0)
    assert found["black"].sharpness == 0
    assert found["noise"].sharpness > 1000
    assert found["white"].levels[:, -1] == pytest.approx([1.0, 1.0, 1.0])


def test_a_picture_of_any_mode_and_shape_is_measured(tmp_path: Path) -> None:
    for mode, size in (("L", (1, 1)), ("P", (3, 900)), ("RGBA", (700, 2)), ("CMYK", (1300, 900))):
        path = tmp_path / f"{mode}.{'jpg' if mode == 'CMYK' else 'png'}"
        Image.new(mode, size).save(path)
        assert measure_picture(path).size == size


def test_warnings_say_what_is_wrong(dataset: Dataset, statistics: Statistics) -> None:
    text = "\n".join(warnings(statistics))
    assert "“never” is never seen" in text
    assert "Seen fewer than 100 times: “cube”" in text
    assert "hug" not in text
    objects = ObjectStatistics([Category(id=1, name="cube")])
    frame = dataset.annotation(0)
    item = next(each for each in frame.objects if each.category == "cube")
    hidden = item.model_copy(
        update={"visible_fraction": 0.1, "truncation_fraction": 0.5, "visible_pixels": 9}
    )
    for index in range(120):
        shown = frame.model_copy(update={"objects": (hidden,) if index % 2 else ()})
        objects.add(shown)
    bad = replace(statistics, objects=objects, black=3, equal=[[1, 2]], near=[[1, 2, 3]])
    text = "\n".join(warnings(bad))
    for words in (
        "50 % of the frames show no target (60 of 120)",
        "100 % of their middles lie in 5 % of the picture",
        "100 % of the seen targets are cut off",
        "100 % of the seen targets show less than 30 %",
        "100 % of the seen targets have fewer than 64",
        "60 % of the measured pictures are nearly black",
        "2 frames share their picture",
        "40 % of the measured pictures look nearly like another",
    ):
        assert words in text
