"""The image folder with metadata: what Hugging Face's loader documents, field by field."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from synth_addon.core.dataset.reading import Dataset
from synth_addon.core.errors import UsageError
from synth_addon.core.export.check import export_problems
from synth_addon.core.export.filters import ExportFilter

from .conftest import AWKWARD, Export


def lines(folder: Path, part: str) -> list[dict]:
    text = (folder / part / "metadata.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_every_picture_has_a_line_with_its_objects(export: Export, dataset: Dataset) -> None:
    folder, record = export("huggingface")
    assert (folder / "classes.txt").read_text("utf-8").splitlines() == ["cube", AWKWARD, "never"]
    found = lines(folder, "train")
    assert [line["frame"] for line in found] == dataset.frame_numbers()
    for line in found:
        with Image.open(folder / "train" / line["file_name"]) as image:
            assert np.array_equal(np.asarray(image), dataset.image(line["frame"]))
        objects = {shown.instance_id: shown for shown in dataset.annotation(line["frame"]).objects}
        for number, box, category in zip(
            line["objects"]["id"],
            line["objects"]["bbox"],
            line["objects"]["category"],
            strict=True,
        ):
            assert tuple(box) == objects[number].visible_box
            assert category == objects[number].category_id - 1
    assert list(export_problems(folder, record)) == []


def test_what_is_missing_or_wrong_is_named(export: Export) -> None:
    folder, record = export("huggingface")
    path = folder / "train" / "metadata.jsonl"
    found = lines(folder, "train")
    found[0]["objects"]["category"] = [9]
    found[0]["objects"]["bbox"] = [[-5, 0, 10, 10]]
    (folder / "train" / found[1]["file_name"]).unlink()
    path.write_text("".join(f"{json.dumps(line)}\n" for line in found[:-1]), "utf-8")
    problems = list(export_problems(folder, record))
    assert problems == [
        "train/metadata.jsonl, line 1: a category is not among the classes",
        "train/metadata.jsonl, line 1: the box [-5, 0, 10, 10] is not inside the picture",
        f"train/metadata.jsonl, line 2: {found[1]['file_name']} is missing",
        "train/metadata.jsonl: 11 frames, the export has 12",
    ]
    path.write_text("{")
    assert "damaged" in next(export_problems(folder, record))


def test_objects_without_a_box_are_refused(export: Export) -> None:
    with pytest.raises(UsageError, match="--min-area 0"):
        export("huggingface", filter=ExportFilter(min_area=0))
