"""COCO for CVAT: what its importer finds and how it takes what it finds."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO

from synth_addon.core.annotation import decode_mask
from synth_addon.core.dataset.reading import Dataset
from synth_addon.core.export.check import export_problems

from .conftest import AWKWARD, Export

REQUIRED = {"id", "image_id", "category_id", "bbox", "area", "segmentation", "iscrowd"}


def parsed(folder: Path, part: str = "default") -> Any:
    return json.loads((folder / "annotations" / f"instances_{part}.json").read_text())


@pytest.mark.parametrize("segmentation", ["rle", "polygons"])
def test_the_importer_finds_all_it_asks_for(
    export: Export, dataset: Dataset, segmentation: str
) -> None:
    """What datumaro's importer, by which CVAT reads, asks of a file.

    The file is annotations/instances_SUBSET.json; pictures lie in images/SUBSET where that
    exists, under their file_name, without which CVAT cannot match them to a task's frames. Ids,
    sizes and iscrowd are of type int, names are strings, a segmentation is a list or a dict. The
    counts of a compressed code are a string; polygons have an even count of at least 6 numbers.
    """
    folder, record = export("cvat", options={"segmentation": segmentation})
    data = parsed(folder)
    assert [one["name"] for one in data["categories"]] == ["cube", AWKWARD, "never"]
    assert [one["id"] for one in data["images"]] == [
        number + 1 for number in dataset.frame_numbers()
    ]
    for image in data["images"]:
        assert (folder / "images" / "default" / image["file_name"]).is_file()
        assert (image["width"], image["height"]) == (dataset.info.width, dataset.info.height)
    assert len(data["annotations"]) == record.counts["default"].objects > 0
    for item in data["annotations"]:
        assert set(item) == REQUIRED
        assert type(item["iscrowd"]) is int
        assert len(item["bbox"]) == 4
        if segmentation == "rle":
            assert item["segmentation"]["size"] == [dataset.info.height, dataset.info.width]
            assert isinstance(item["segmentation"]["counts"], str)
        else:
            assert item["segmentation"]
            for polygon in item["segmentation"]:
                assert len(polygon) % 2 == 0
                assert len(polygon) >= 6
    assert list(export_problems(folder, record)) == []


@pytest.mark.parametrize("segmentation", ["rle", "polygons"])
def test_masks_are_the_visible_ones(export: Export, dataset: Dataset, segmentation: str) -> None:
    folder, _ = export("cvat", options={"segmentation": segmentation})
    with redirect_stdout(StringIO()):
        truth = COCO(str(folder / "annotations" / "instances_default.json"))
    for number in dataset.frame_numbers():
        expected = [
            decode_mask(shown.visible_mask)
            for shown in dataset.annotation(number).objects
            if shown.role == "target" and shown.visible_mask
        ]
        found = [truth.annToMask(item).astype(bool) for item in truth.imgToAnns[number + 1]]
        assert len(found) == len(expected)
        assert all(map(np.array_equal, found, expected))


def test_parts_are_subsets(export: Export) -> None:
    folder, record = export("cvat", shares={"train": 0.5, "val": 0.5})
    ids = [item["id"] for part in ("train", "val") for item in parsed(folder, part)["annotations"]]
    assert ids == list(range(1, len(ids) + 1))
    assert sorted(path.name for path in (folder / "images").iterdir()) == ["train", "val"]
    assert list(export_problems(folder, record)) == []
    next((folder / "images" / "val").iterdir()).unlink()
    assert any("is missing" in line for line in export_problems(folder, record))
