"""Targets for torchvision, against the dataset's own files and pycocotools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="torch is not installed for this Blender")

from pycocotools.coco import COCO  # noqa: E402

from synth_addon.core.asset_catalog import AssetCatalog  # noqa: E402
from synth_addon.core.dataset.store import DatasetStore  # noqa: E402
from synth_addon.core.describe import dataset_info  # noqa: E402
from synth_addon.core.job import Job  # noqa: E402
from synth_addon.core.recipe.loading import validate_recipe  # noqa: E402
from synth_addon.core.reference_renderer import ReferenceRenderer  # noqa: E402
from synth_addon.core.shapes.catalog import mesh_of  # noqa: E402
from synth_addon.stream.batches import batch_of  # noqa: E402
from synth_addon.stream.targets import (  # noqa: E402
    detection_target,
    image_tensor,
    images_and_targets,
    pose_target,
    segmentation_target,
)

SCENES, VIEWS = 4, 2
RECIPE: dict[str, Any] = {
    "version": 1,
    "seed": 5,
    "scenes": SCENES,
    "views_per_scene": VIEWS,
    "objects": {
        "cube": {"shape": "cube", "count": {"uniform": [1, 3]}, "material": {}},
        "crate": {"shape": "box", "count": {"uniform": [0, 2]}, "scale": 1.5, "material": {}},
        "clutter": {"shape": "cube", "role": "distractor", "count": 3, "material": {}},
    },
    "physics": {"enabled": False},
    "spawn": {"mode": "scatter"},
    "camera": {"width_px": 64, "height_px": 48, "radius_m": {"uniform": [0.3, 1.0]}},
}
Frame = dict[str, Any]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("targets") / "dataset"
    recipe, renderer = validate_recipe(RECIPE, "test"), ReferenceRenderer(mesh_of)
    nothing = AssetCatalog({}, {}, (), {})
    info = dataset_info(recipe, nothing, renderer.version)
    with DatasetStore.create_or_resume(folder, info, True, range(SCENES)) as store:
        Job(recipe, nothing, renderer, store).run(range(SCENES))
        store.finish()
    return folder


@pytest.fixture(scope="module")
def frames(dataset: Path) -> list[Frame]:
    files = sorted(dataset.glob("frames/**/*.json"))
    images = sorted(dataset.glob("images/**/*.png"))
    assert len(files) == len(images) == SCENES * VIEWS
    return [
        {"image": np.asarray(Image.open(image)), "annotation": json.loads(file.read_text())}
        for file, image in zip(files, images, strict=True)
    ]


@pytest.fixture(scope="module")
def coco(dataset: Path) -> COCO:
    return COCO(dataset / "coco" / "instances.json")


def truth(coco: COCO, number: int) -> list[dict[str, Any]]:
    return [item for item in coco.loadAnns(coco.getAnnIds(imgIds=[number])) if item["area"] > 0]


def test_detection_targets_are_those_of_coco(frames: list[Frame], coco: COCO) -> None:
    found = 0
    for frame in frames:
        target = detection_target(frame)
        wanted = truth(coco, target["image_id"])
        found += len(wanted)
        assert target["labels"].tolist() == [item["category_id"] for item in wanted]
        assert target["area"].tolist() == [item["area"] for item in wanted]
        assert target["iscrowd"].tolist() == [0] * len(wanted)
        corners = [[x, y, x + w, y + h] for x, y, w, h in (item["bbox"] for item in wanted)]
        assert target["boxes"].tolist() == corners
    assert found > SCENES


def test_masks_are_those_of_pycocotools(frames: list[Frame], coco: COCO) -> None:
    for frame in frames:
        target = segmentation_target(frame)
        wanted = [coco.annToMask(item) for item in truth(coco, target["image_id"])]
        assert target["masks"].shape == (len(wanted), 48, 64)
        assert target["masks"].dtype == torch.uint8
        for mask, expected in zip(target["masks"].numpy(), wanted, strict=True):
            assert np.array_equal(mask, expected)
        assert target["masks"].sum(dim=0).max() <= 1


def test_boxes_are_tight_around_masks(frames: list[Frame]) -> None:
    for frame in frames:
        target = segmentation_target(frame)
        for box, mask in zip(target["boxes"], target["masks"], strict=True):
            rows, columns = torch.nonzero(mask, as_tuple=True)
            tight = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
            assert box.tolist() == [float(limit) for limit in tight]


def test_poses_project_onto_the_boxes_corners(frames: list[Frame]) -> None:
    for frame in frames:
        target = pose_target(frame)
        objects = [o for o in frame["annotation"]["objects"] if is_seen_target(o)]
        assert len(target["R"]) == len(objects)
        for place, item in enumerate(objects):
            low = np.array(item["box_3d"]["center"]) - np.array(item["box_3d"]["size"]) / 2
            corner = target["R"][place].numpy() @ low + target["t"][place].numpy()
            assert np.allclose(corner, target["box_3d"][place, 0], atol=1e-5)
            pixel = target["K"].numpy() @ corner
            shown = item["box_3d"]["corners_px"][0]
            assert np.allclose(pixel[:2] / pixel[2], shown, atol=1e-2)
            assert float(target["diameter"][place]) == pytest.approx(item["diameter"])
            assert int(target["labels"][place]) == item["category_id"]


def is_seen_target(item: dict[str, Any]) -> bool:
    return item["role"] == "target" and item["visible_box"] is not None


def test_types_are_those_that_models_take(frames: list[Frame]) -> None:
    target = segmentation_target(frames[0])
    kinds = {key: value.dtype for key, value in target.items() if key != "image_id"}
    assert kinds == {
        "boxes": torch.float32,
        "labels": torch.int64,
        "area": torch.float32,
        "iscrowd": torch.int64,
        "masks": torch.uint8,
    }
    assert type(target["image_id"]) is int
    pose = pose_target(frames[0])
    assert {pose[key].dtype for key in ("K", "R", "t", "box_3d", "diameter")} == {torch.float32}


@pytest.mark.parametrize("least", [0.2, 0.9])
def test_what_is_hidden_too_much_is_left_out(frames: list[Frame], least: float) -> None:
    for frame in frames:
        wanted = [
            item["category_id"]
            for item in frame["annotation"]["objects"]
            if is_seen_target(item) and item["visible_fraction"] >= least
        ]
        for target_of in (detection_target, segmentation_target, pose_target):
            assert target_of(frame, min_visible=least)["labels"].tolist() == wanted


@pytest.mark.parametrize("target_of", [detection_target, segmentation_target, pose_target])
def test_frames_without_targets_have_empty_ones(frames: list[Frame], target_of: Any) -> None:
    bare = {**frames[0], "annotation": {**frames[0]["annotation"], "objects": []}}
    target = target_of(bare)
    shapes = {"boxes": (0, 4), "masks": (0, 48, 64), "R": (0, 3, 3), "t": (0, 3)}
    shapes |= {"box_3d": (0, 8, 3), "labels": (0,), "area": (0,), "diameter": (0,)}
    for key in set(shapes) & set(target):
        assert tuple(target[key].shape) == shapes[key]


def test_a_batch_becomes_images_and_targets(frames: list[Frame]) -> None:
    images, targets = images_and_targets(batch_of(frames), detection_target, min_visible=0.1)
    assert len(images) == len(targets) == len(frames)
    for image, target, frame in zip(images, targets, frames, strict=True):
        assert image.shape == (3, 48, 64) and image.dtype == torch.float32
        assert image.min() >= 0 and image.max() <= 1
        back = image.mul(255).round().to(torch.uint8).permute(1, 2, 0)
        assert np.array_equal(back.numpy(), frame["image"])
        assert target["image_id"] == frame["annotation"]["frame"] + 1


def test_arrays_from_the_wire_stay_as_they_are(frames: list[Frame]) -> None:
    image = np.array(frames[0]["image"])
    image.flags.writeable = False
    before = image.copy()
    image_tensor({"image": image}).zero_()
    assert np.array_equal(image, before)
