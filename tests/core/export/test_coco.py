"""COCO exports, read by pycocotools and by the rules of torchvision and detectron2."""

from __future__ import annotations

import json
import re
import tracemalloc
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from synth_addon.core.annotation import decode_mask
from synth_addon.core.dataset.info import Category
from synth_addon.core.dataset.reading import Dataset
from synth_addon.core.errors import UsageError
from synth_addon.core.export.check import export_problems
from synth_addon.core.export.filters import ExportFilter
from synth_addon.core.export.formats.coco.instances import InstanceChoices, instances_file
from synth_addon.core.export.source import ExportFrame

from .conftest import AWKWARD, HEIGHT, WIDTH, Export

PARTS = ("train", "val")


def loaded(path: Path) -> COCO:
    with redirect_stdout(StringIO()):
        return COCO(str(path))


def instances(folder: Path, part: str) -> COCO:
    return loaded(folder / "annotations" / f"instances_{part}.json")


def self_evaluated(truth: COCO, kind: str, categories: list[int] | None = None) -> float:
    """Return the AP of the truth as its own detections.

    The evaluation of keypoints ignores objects of which no keypoint is stated, so a detector that
    knows the truth reports none.
    """
    found = [
        {
            key: annotation[key]
            for key in ("image_id", "category_id", "bbox", "segmentation", "keypoints")
            if key in annotation
        }
        | {"score": 1.0}
        for annotation in truth.dataset["annotations"]
        if (categories is None or annotation["category_id"] in categories)
        and (kind != "keypoints" or annotation["num_keypoints"] > 0)
    ]
    if kind == "bbox":
        for detection in found:
            del detection["segmentation"]
    with redirect_stdout(StringIO()):
        evaluation = COCOeval(truth, _detections(truth, found), kind)
        if categories is not None:
            evaluation.params.catIds = categories
        if kind == "keypoints":
            evaluation.params.kpt_oks_sigmas = np.array([0.05, 0.05])
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return float(evaluation.stats[0])


def _detections(truth: COCO, found: list[dict[str, Any]]) -> COCO:
    """Return detections as `loadRes` does, which does not take polygons."""
    for detection in found:
        if isinstance(detection.get("segmentation"), list):
            image = truth.imgs[detection["image_id"]]
            codes = coco_mask.frPyObjects(
                detection["segmentation"], image["height"], image["width"]
            )
            detection["segmentation"] = coco_mask.merge(codes)
    return truth.loadRes(found)


@pytest.mark.parametrize("segmentation", ["rle", "polygons"])
def test_the_truth_finds_itself(export: Export, segmentation: str) -> None:
    folder, record = export("coco", options={"segmentation": segmentation})
    for part in PARTS:
        truth = instances(folder, part)
        assert len(truth.anns) == record.counts[part].objects > 0
        assert self_evaluated(truth, "bbox") == 1.0
        assert self_evaluated(truth, "segm") == 1.0
        assert self_evaluated(truth, "keypoints", [1]) == 1.0
    assert list(export_problems(folder, record)) == []


@pytest.mark.parametrize("segmentation", ["rle", "polygons"])
def test_every_object_is_there_as_the_dataset_has_it(
    export: Export, dataset: Dataset, segmentation: str
) -> None:
    folder, _ = export("coco", options={"segmentation": segmentation})
    ids, frames = [], []
    for part in PARTS:
        truth = instances(folder, part)
        ids += list(truth.anns)
        frames += [image - 1 for image in truth.imgs]
        for image_id, image in truth.imgs.items():
            annotation = dataset.annotation(image_id - 1)
            assert (image["scene"], image["view"]) == (annotation.scene, annotation.view)
            objects = {shown.instance_id: shown for shown in annotation.objects}
            listed = truth.imgToAnns[image_id]
            assert [item["instance_id"] for item in listed] == [
                shown.instance_id
                for shown in annotation.objects
                if shown.role == "target" and shown.visible_pixels
            ]
            for item in listed:
                shown = objects[item["instance_id"]]
                mask = truth.annToMask(item).astype(bool)
                assert np.array_equal(mask, decode_mask(shown.visible_mask))
                assert item["area"] == shown.visible_pixels
                assert tuple(item["bbox"]) == shown.visible_box
                assert item["visible_fraction"] == shown.visible_fraction
                assert item["truncation_fraction"] == shown.truncation_fraction
                assert tuple(item["bbox_amodal"]) == shown.amodal_box
                amodal = truth.annToMask(item | {"segmentation": item["segmentation_amodal"]})
                assert np.array_equal(amodal.astype(bool), decode_mask(shown.amodal_mask))
                assert truth.cats[item["category_id"]]["name"] == shown.category
                assert item["iscrowd"] == 0
    assert ids == list(range(1, len(ids) + 1))
    assert sorted(frames) == dataset.frame_numbers()


def test_what_the_loaders_of_torchvision_and_detectron2_demand(
    export: Export, dataset: Dataset
) -> None:
    """Their rules, checked one by one.

    torchvision.datasets.CocoDetection(root, annFile): sorts the ids of the images, which can be
    compared; opens root / file_name; returns getAnnIds of the image.
    detectron2.data.datasets.coco.load_coco_json(json_file, image_root): category ids are 1 to
    their count, or it warns; annotation ids are unique; images have file_name, height, width and
    id; annotations have the image_id they are found by, category_id, bbox in absolute XYWH,
    iscrowd and no `ignore`; a segmentation is a run-length code or lists of an even count of at
    least 6 numbers, others are dropped; keypoints are three numbers each, and count from pixels'
    centres, since 0.5 is added to x and y.
    """
    for segmentation in ("rle", "polygons"):
        folder, _ = export("coco", segmentation, options={"segmentation": segmentation})
        for part in PARTS:
            truth = instances(folder, part)
            assert sorted(truth.getCatIds()) == [1, 2, 3]
            assert len(truth.anns) == len(truth.dataset["annotations"])
            for image_id in sorted(truth.imgs):
                image = truth.loadImgs(image_id)[0]
                with Image.open(folder / part / image["file_name"]) as picture:
                    assert picture.convert("RGB").size == (image["width"], image["height"])
                points = {
                    (shown.instance_id, point.name): point
                    for shown in dataset.annotation(image_id - 1).objects
                    for point in shown.keypoints
                }
                for item in truth.loadAnns(truth.getAnnIds(image_id)):
                    assert item["image_id"] == image_id
                    assert "ignore" not in item
                    assert len(item["bbox"]) == 4
                    if isinstance(item["segmentation"], list):
                        assert item["segmentation"]
                        for polygon in item["segmentation"]:
                            assert len(polygon) % 2 == 0
                            assert len(polygon) >= 6
                    names = truth.cats[item["category_id"]].get("keypoints", [])
                    values = item.get("keypoints", [])
                    assert len(values) == 3 * len(names)
                    for name, x, y, v in zip(
                        names, values[0::3], values[1::3], values[2::3], strict=True
                    ):
                        point = points[item["instance_id"], name]
                        assert v == {"visible": 2, "hidden": 1, "outside": 0}[point.state]
                        if v:
                            assert (x + 0.5, y + 0.5) == pytest.approx(point.position_px, abs=6e-4)
                        else:
                            assert (x, y) == (0, 0)


def test_categories_have_keypoints_where_the_class_has(export: Export) -> None:
    folder, _ = export("coco")
    cube, crate, _ = instances(folder, "train").dataset["categories"]
    assert cube == {
        "id": 1,
        "name": "cube",
        "supercategory": "",
        "keypoints": ["corner", "opposite"],
        "skeleton": [],
    }
    assert crate == {"id": 2, "name": AWKWARD, "supercategory": ""}
    visibilities = {
        v
        for part in PARTS
        for item in instances(folder, part).dataset["annotations"]
        for v in item.get("keypoints", [])[2::3]
    }
    assert {1, 2} <= visibilities
    without, record = export("coco", "without", options={"keypoints": False})
    assert "keypoints" not in (without / "annotations" / "instances_train.json").read_text()
    assert list(export_problems(without, record)) == []


def panoptic(folder: Path, part: str) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    path = folder / "annotations" / f"panoptic_{part}.json"
    for item in json.loads(path.read_text())["annotations"]:
        with Image.open(path.with_suffix("") / item["file_name"]) as image:
            colors = np.asarray(image).astype(int)
        yield item, colors[..., 0] + 256 * colors[..., 1] + 65536 * colors[..., 2]


def test_panoptic_segments_cover_each_pixel_once(export: Export, dataset: Dataset) -> None:
    """The quality against the instance maps is 1: each segment is a thing's mask or the rest."""
    chosen = ExportFilter(classes=(AWKWARD,))
    folder, record = export("coco", options={"panoptic": True}, filter=chosen)
    things = 0
    for part in PARTS:
        path = folder / "annotations" / f"panoptic_{part}.json"
        categories = json.loads(path.read_text())["categories"]
        assert [(one["name"], one["isthing"]) for one in categories] == [
            (AWKWARD, 1),
            ("background", 0),
        ]
        truth = instances(folder, part)
        images = json.loads(path.read_text())["images"]
        assert images == truth.dataset["images"]
        for item, ids in panoptic(folder, part):
            assert ids.shape == (HEIGHT, WIDTH)
            instance_map = dataset.instances(item["image_id"] - 1)
            listed = {one["id"]: one for one in item["segments_info"]}
            assert set(np.unique(ids)) == set(listed)
            assert sum(one["area"] for one in listed.values()) == ids.size
            expected = np.full(ids.shape, 65536)
            for annotation in truth.imgToAnns[item["image_id"]]:
                mask = truth.annToMask(annotation).astype(bool)
                assert np.array_equal(mask, instance_map == annotation["instance_id"])
                expected[mask] = annotation["instance_id"]
                segment = listed[annotation["instance_id"]]
                assert segment["area"] == annotation["area"]
                assert segment["bbox"] == annotation["bbox"]
                assert segment["category_id"] == annotation["category_id"]
                things += 1
            assert np.array_equal(ids, expected)
            assert listed[65536]["category_id"] == 2
            assert all(one["iscrowd"] == 0 for one in listed.values())
    assert things == sum(one.objects for one in record.counts.values()) > 0
    assert list(export_problems(folder, record)) == []


def test_objects_without_pixels_are_left_out(export: Export) -> None:
    folder, record = export("coco", filter=ExportFilter(min_area=0), options={"panoptic": True})
    assert all(item["area"] > 0 for item in instances(folder, "train").dataset["annotations"])
    assert list(export_problems(folder, record)) == []


def test_frames_without_objects_are_listed(export: Export) -> None:
    folder, record = export("coco", filter=ExportFilter(classes=("never",)))
    truth = instances(folder, "train")
    assert len(truth.imgs) == record.counts["train"].frames > 0
    assert truth.anns == {}
    assert list(export_problems(folder, record)) == []


def test_a_part_must_not_be_named_as_the_folder_of_annotations(export: Export) -> None:
    with pytest.raises(UsageError, match="Choose another name"):
        export("coco", shares={"annotations": 1.0})


def edited(path: Path, section: str, index: int, **values: Any) -> None:
    """Change one item of a file, line by line as the format promises."""
    lines = path.read_text().splitlines()
    place = lines.index(f'"{section}":[') + 1 + index
    comma = lines[place].endswith(",")
    item = json.loads(lines[place].rstrip(",")) | values
    lines[place] = json.dumps(item) + "," * comma
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("section", "values", "problem"),
    [
        ("categories", {"name": "mug"}, "the categories are not those"),
        ("images", {"id": 0}, "the id is below 1"),
        ("images", {"id": 3}, "the id is not unique|image .* is unknown|is missing"),
        ("images", {"width": 1}, "not \\(1, 72\\)"),
        ("images", {"file_name": "x.png"}, "x.png is missing"),
        ("annotations", {"id": 7}, "1 is next"),
        ("annotations", {"category_id": 9}, "category 9 is unknown"),
        ("annotations", {"image_id": 99}, "image 99 is unknown"),
        ("annotations", {"area": 1}, "area 1 is not the mask's"),
        ("annotations", {"bbox": [0, 0, 1, 1]}, "is not the mask's"),
        ("annotations", {"segmentation": {"size": [1, 1], "counts": "01"}}, "size is \\[1, 1\\]"),
        ("annotations", {"keypoints": [1, 1, 0]}, "the keypoints are not those"),
    ],
)
def test_what_is_wrong_is_named(
    export: Export, section: str, values: dict[str, Any], problem: str
) -> None:
    folder, record = export("coco")
    edited(folder / "annotations" / "instances_train.json", section, 0, **values)
    problems = list(export_problems(folder, record))
    assert problems
    assert any(re.search(problem, line) for line in problems), problems


def test_what_is_missing_is_named(export: Export) -> None:
    folder, record = export("coco", options={"panoptic": True})
    annotations = folder / "annotations"
    (folder / "train" / "mine.png").write_bytes(b"")
    first = json.loads((annotations / "panoptic_train.json").read_text())["annotations"][0]
    segments = annotations / "panoptic_train" / first["file_name"]
    Image.new("RGB", (WIDTH, HEIGHT), (1, 0, 0)).save(segments)
    (annotations / "panoptic_val").rename(folder / "elsewhere")
    problems = list(export_problems(folder, record))
    assert "instances_train.json: train/mine.png is not listed" in problems
    assert any("the listed segments are not those of the image" in line for line in problems)
    assert any("panoptic_val.json" in line and "is missing" in line for line in problems)
    path = annotations / "instances_train.json"
    path.write_bytes(path.read_bytes()[:-4])
    assert any("cut off" in line for line in export_problems(folder, record))
    path.unlink()
    assert "cannot be read" in next(export_problems(folder, record))


def peak_of(count_of_frames: int, frame: ExportFrame, path: Path) -> int:
    """Return the peak memory in bytes of writing many frames of ten objects each."""
    objects = (frame.objects * 10)[:10]
    source: Any = SimpleNamespace(
        categories=(Category(id=1, name="cube"),),
        keypoint_names=lambda name: ("corner", "opposite"),
        class_id=lambda shown: 1,
    )
    choices = InstanceChoices(polygons=False, keypoints=True, extended=True)
    tracemalloc.start()
    try:
        with instances_file(path, source, count(1), choices) as add:
            for _ in range(count_of_frames):
                add(ExportFrame(frame.dataset, "train", frame.annotation, objects))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_number_of_annotations(
    dataset: Dataset, tmp_path: Path
) -> None:
    annotation = dataset.annotation(0)
    kept = ExportFilter().kept(annotation)
    assert kept
    frame = ExportFrame(dataset, "train", annotation, kept)
    few = peak_of(200, frame, tmp_path / "few.json")
    many = peak_of(2000, frame, tmp_path / "many.json")
    assert (tmp_path / "many.json").read_text().count('"iscrowd"') == 20_000
    assert many < 500_000
    assert many < few + 50_000
