"""The COCO file as COCO's own tools see it."""

import contextlib
import io
import json
import tracemalloc

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from synth_addon.core.annotation import box_of_mask
from synth_addon.core.dataset.info import Category
from synth_addon.core.dataset.reading import open_dataset
from synth_addon.core.writers.coco import write_coco

CATEGORIES = (Category(id=1, name="cup"), Category(id=2, name="plate"))


def _quietly(work, *arguments):
    with contextlib.redirect_stdout(io.StringIO()):
        return work(*arguments)


@pytest.fixture
def dataset(fill, tmp_path):
    return open_dataset(fill(tmp_path / "dataset", [0, 1, 2, 3]))


@pytest.fixture
def coco(dataset):
    return _quietly(COCO, str(dataset.directory / "coco/instances.json"))


def test_masks_and_boxes_are_those_of_the_instance_map(dataset, coco):
    assert len(coco.anns) > 8
    for annotation in coco.anns.values():
        frame = annotation["image_id"] - 1
        expected = dataset.instances(frame) == annotation["instance_id"]
        mask = coco.annToMask(annotation).astype(bool)
        assert np.array_equal(mask, expected)
        assert annotation["area"] == mask.sum()
        assert tuple(annotation["bbox"]) == box_of_mask(mask)


def test_ground_truth_as_detections_is_perfect(coco, tmp_path):
    detections = [
        {key: truth[key] for key in ("image_id", "category_id", "bbox", "segmentation")}
        | {"score": 0.9}
        for truth in coco.dataset["annotations"]
    ]
    found = _quietly(coco.loadRes, detections)
    for kind in ("bbox", "segm"):
        evaluation = COCOeval(coco, found, kind)
        for step in (evaluation.evaluate, evaluation.accumulate, evaluation.summarize):
            _quietly(step)
        assert evaluation.stats[0] == 1.0


def test_ids_and_empty_frames(dataset, coco):
    content = coco.dataset
    assert [image["id"] for image in content["images"]] == list(range(1, 9))
    assert content["images"][6] == {
        "id": 7, "file_name": "000000/000000006.png", "width": 48, "height": 32,
        "scene": 3, "view": 0,
    }  # fmt: skip
    assert (dataset.directory / "images" / content["images"][6]["file_name"]).is_file()
    assert not coco.getAnnIds(imgIds=[5, 6])
    assert [a["id"] for a in content["annotations"]] == list(range(1, len(coco.anns) + 1))
    assert {a["category_id"] for a in content["annotations"]} == {1, 2}
    assert content["categories"] == [{"id": 1, "name": "cup"}, {"id": 2, "name": "plate"}]


def test_only_visible_targets_are_annotated(coco):
    assert {a["instance_id"] for a in coco.anns.values()} == {1, 2}  # 3 is a distractor
    assert all(a["area"] > 0 and a["iscrowd"] == 0 for a in coco.anns.values())


def test_values_beyond_coco_have_their_own_names(dataset, coco):
    first = coco.anns[1]
    shown = dataset.annotation(0).objects[0]
    assert first["visible_fraction"] == shown.visible_fraction
    assert first["truncation_fraction"] == shown.truncation_fraction
    assert tuple(first["bbox_amodal"]) == shown.amodal_box
    assert first["segmentation_amodal"]["counts"] == shown.amodal_mask.counts
    assert np.array_equal(first["camera_from_object"], shown.camera_from_object)


def test_no_frames_make_a_valid_file(tmp_path):
    path = tmp_path / "new" / "instances.json"
    write_coco(iter(()), CATEGORIES, path)
    content = json.loads(path.read_text())
    assert content["images"] == content["annotations"] == []
    assert _quietly(COCO, str(path)).getCatIds() == [1, 2]


def test_a_failure_leaves_the_file_before(tmp_path):
    def failing():
        yield from ()
        raise KeyboardInterrupt

    path = tmp_path / "instances.json"
    path.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        write_coco(failing(), CATEGORIES, path)
    assert path.read_text() == "before"
    assert [found.name for found in tmp_path.iterdir()] == ["instances.json"]


def test_memory_does_not_grow_with_the_frames(rendered, tmp_path):
    _, ((_, annotation), *_) = rendered(1)

    def peak(count):
        frames = (annotation.model_copy(update={"frame": number}) for number in range(count))
        tracemalloc.start()
        write_coco(frames, CATEGORIES, tmp_path / "instances.json")
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)
    assert peak(1000) < peak(100) + 50_000
