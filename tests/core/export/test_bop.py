"""The BOP format, read back by a reader of its own and compared with brute force."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from synth_addon.core.annotation import decode_mask
from synth_addon.core.dataset.reading import Dataset, open_dataset
from synth_addon.core.export.check import export_problems
from synth_addon.core.export.filters import ExportFilter
from synth_addon.core.export.job import export_dataset
from synth_addon.core.export.record import ExportRecord
from synth_addon.core.export.registry import find_format
from synth_addon.core.shapes.catalog import mesh_of

from .bop_reader import (
    Model,
    View,
    project,
    rasterize,
    read_json,
    read_models,
    read_scene,
    scene_numbers,
)
from .conftest import RECIPE, Export, generated

WIDTH, HEIGHT = 320, 240
CLOSE: dict[str, Any] = {
    **RECIPE,
    "seed": 5,
    "scenes": 4,
    "objects": {
        **RECIPE["objects"],
        "clutter": {"shape": "cylinder", "role": "distractor", "count": 2, "material": {}},
        "cone": {"shape": "cone", "count": 1, "scale": 0.8, "category": "never", "material": {}},
    },
    "camera": {
        "width_px": WIDTH,
        "height_px": HEIGHT,
        "fov_deg": {"uniform": [45, 60]},
        "shift_x": {"uniform": [-0.1, 0.1]},
        "pixel_aspect": 1.1,
        "radius_m": {"uniform": [0.3, 0.6]},
    },
}
del CLOSE["objects"]["never"]
LARGE = 400
"""Pixels from which masks are compared."""


@pytest.fixture(scope="module")
def close(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dataset, Path, ExportRecord]:
    """A dataset of larger pictures from near, and its export."""
    folder = tmp_path_factory.mktemp("bop")
    generated(CLOSE, folder / "dataset")
    record = export_dataset(
        folder / "dataset",
        folder / "out",
        "bop",
        find_format("bop"),
        shares={"train_pbr": 0.5, "test": 0.5},
    )
    return open_dataset(folder / "dataset"), folder / "out", record


def views_of(root: Path, record: ExportRecord) -> list[tuple[int, View]]:
    """All views of an export with their frame numbers in the dataset."""
    found = []
    for part in record.counts:
        for scene in scene_numbers(root, part):
            for view in read_scene(root, part, scene):
                found.append((2 * scene + view.image, view))
    return sorted(found, key=lambda pair: pair[0])


def kept(dataset: Dataset, frame: int) -> list:
    return [
        shown
        for shown in dataset.annotation(frame).objects
        if shown.role == "target" and shown.visible_pixels
    ]


def test_the_export_has_no_problems(close: tuple[Dataset, Path, ExportRecord]) -> None:
    dataset, root, record = close
    assert list(export_problems(root, record)) == []
    assert [frame for frame, _ in views_of(root, record)] == dataset.frame_numbers()


def test_images_cameras_and_poses_are_the_datasets(
    close: tuple[Dataset, Path, ExportRecord],
) -> None:
    dataset, root, record = close
    for frame, view in views_of(root, record):
        annotation = dataset.annotation(frame)
        assert np.array_equal(view.rgb, dataset.image(frame))
        depth = dataset.depth(frame)
        known = np.isfinite(depth)
        assert np.allclose(view.depth[known], 1000 * depth[known], rtol=1e-6)
        assert not view.depth[~known].any()
        K = np.array(annotation.camera_matrix)
        assert np.allclose(view.K, K - [[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]])
        camera = np.array(annotation.world_from_camera)
        assert np.allclose(view.rotation_w2c, camera[:3, :3].T)
        assert np.allclose(-view.rotation_w2c.T @ view.translation_w2c, 1000 * camera[:3, 3])
        for instance, shown in zip(view.instances, kept(dataset, frame), strict=True):
            pose = np.array(shown.camera_from_object)
            assert np.allclose(instance.rotation, pose[:3, :3], atol=1e-12)
            assert np.allclose(instance.translation, 1000 * pose[:3, 3])


def test_camera_json_is_the_first_frames(close: tuple[Dataset, Path, ExportRecord]) -> None:
    dataset, root, _ = close
    camera = read_json(root / "camera.json")
    (fx, _, cx), (_, fy, cy), _ = dataset.annotation(0).camera_matrix
    assert camera == {
        "cx": cx - 0.5,
        "cy": cy - 0.5,
        "fx": fx,
        "fy": fy,
        "width": WIDTH,
        "height": HEIGHT,
        "depth_scale": pytest.approx(0.2),
    }


def test_models_land_where_the_dataset_says(close: tuple[Dataset, Path, ExportRecord]) -> None:
    """Vertices projected by BOP's files alone against those of the dataset's own annotation."""
    dataset, root, record = close
    models = read_models(root)
    names = read_json(root / "obj_ids.json")
    worst = 0.0
    for frame, view in views_of(root, record):
        K = np.array(dataset.annotation(frame).camera_matrix)
        for instance, shown in zip(view.instances, kept(dataset, frame), strict=True):
            model, named = models[instance.obj_id], names[str(instance.obj_id)]
            assert named["category"] == shown.category
            assert (named["group"], named["scale"]) == (shown.group, shown.scale)
            points = instance.camera_points(model)
            if points[:, 2].min() < 20:
                continue
            spec = next(
                spec
                for spec in dataset.scene(frame // 2).spec.objects
                if spec.instance_id == shown.instance_id
            )
            pose = np.array(shown.camera_from_object)
            own = shown.scale * mesh_of(spec.asset).vertices @ pose[:3, :3].T + pose[:3, 3]
            difference = project(view.K, points) + 0.5 - project(K, own)
            worst = max(worst, float(np.abs(difference).max()))
    assert 0 < worst <= 0.05


def test_masks_boxes_and_fractions_against_brute_force(
    close: tuple[Dataset, Path, ExportRecord],
) -> None:
    """Silhouettes from the models, poses and K of the files; occlusion by all that is there."""
    dataset, root, record = close
    models = read_models(root)
    compared = cut = hidden = 0
    for frame, view in views_of(root, record):
        canvas = (-WIDTH, -HEIGHT, 2 * WIDTH, 2 * HEIGHT)
        wide = [_depth(view, models, instance, canvas) for instance in view.instances]
        depths = [depth[HEIGHT : 2 * HEIGHT, WIDTH : 2 * WIDTH] for depth in wide]
        nearest = np.minimum.reduce([*depths, *_distractors(dataset, frame, view)])
        for instance, depth, whole in zip(view.instances, depths, wide, strict=True):
            silhouette = np.isfinite(depth)
            if instance.info["px_count_all"] <= LARGE:
                continue
            compared += 1
            visible = silhouette & (depth <= nearest)
            total = int(np.isfinite(whole).sum())
            cut += total > silhouette.sum()
            hidden += visible.sum() < silhouette.sum()
            if silhouette.sum() > LARGE:
                assert _iou(instance.mask, silhouette) >= 0.99
            if visible.sum() > LARGE:
                assert _iou(instance.mask_visib, visible) >= 0.99
            assert instance.info["visib_fract"] == pytest.approx(visible.sum() / total, abs=0.01)
            assert instance.info["px_count_all"] == pytest.approx(total, rel=0.01)
            assert instance.info["px_count_visib"] == instance.mask_visib.sum()
            assert instance.info["px_count_valid"] == (instance.mask & (view.depth > 0)).sum()
            assert np.abs(np.subtract(instance.info["bbox_obj"], _box(whole))).max() <= 1
            assert instance.info["bbox_visib"] == _box(np.where(instance.mask_visib, 0, np.inf), 0)
    assert compared > 8
    assert cut > 0
    assert hidden > 0


def test_half_a_pixel_would_be_noticed(close: tuple[Dataset, Path, ExportRecord]) -> None:
    """Masks made with cx and cy of the other convention agree less: the test above can tell."""
    _, root, record = close
    models = read_models(root)
    right, wrong = [], []
    for _, view in views_of(root, record):
        for instance in view.instances:
            if instance.mask.sum() > LARGE:
                for shift, found in ((0.0, right), (0.5, wrong)):
                    K = view.K + shift * np.array([[0, 0, 1], [0, 0, 1], [0, 0, 0]])
                    model = models[instance.obj_id]
                    points = instance.camera_points(model)
                    depth = rasterize(K, points, model.faces, (0, 0, WIDTH, HEIGHT))
                    found.append(_iou(instance.mask, np.isfinite(depth)))
    assert np.mean(right) > 0.999
    assert np.mean(wrong) < np.mean(right) - 0.003


def test_models_have_normals_sizes_and_their_scale(
    close: tuple[Dataset, Path, ExportRecord],
) -> None:
    _, root, _ = close
    names = read_json(root / "obj_ids.json")
    models = read_models(root)
    assert [(item["group"], item["scale"]) for item in names.values()] == [
        ("cone", 0.8),
        ("crate", 1.5),
        ("cube", 1.0),
    ]
    for number, model in models.items():
        low, high = model.vertices.min(axis=0), model.vertices.max(axis=0)
        assert np.allclose([model.info[f"min_{axis}"] for axis in "xyz"], low, atol=1e-4)
        assert np.allclose([model.info[f"size_{axis}"] for axis in "xyz"], high - low, atol=1e-4)
        pairs = np.linalg.norm(model.vertices[:, None] - model.vertices, axis=2)
        assert model.info["diameter"] == pytest.approx(pairs.max(), rel=1e-3)
        assert np.allclose(np.linalg.norm(model.normals, axis=1), 1, atol=1e-5)
        assert number in (1, 2, 3)
    cube = models[3]
    assert np.allclose(cube.vertices.max(axis=0), 50)
    assert (np.einsum("ij,ij->i", cube.normals, cube.vertices) > 0).all()
    assert len(cube.info["symmetries_discrete"]) == 3
    assert models[2].info["symmetries_continuous"] == [{"axis": [0, 0, 1], "offset": [0, 0, 0]}]
    assert "symmetries_discrete" not in models[1].info


def test_targets_count_what_is_a_tenth_visible(close: tuple[Dataset, Path, ExportRecord]) -> None:
    _, root, _ = close
    expected, images = [], []
    for scene in scene_numbers(root, "test"):
        for view in read_scene(root, "test", scene):
            images.append({"im_id": view.image, "scene_id": scene})
            seen = Counter(i.obj_id for i in view.instances if i.info["visib_fract"] >= 0.1)
            expected += [
                {"im_id": view.image, "inst_count": count, "obj_id": number, "scene_id": scene}
                for number, count in sorted(seen.items())
            ]
    assert read_json(root / "test_targets_bop19.json") == expected
    assert read_json(root / "test_targets_bop24.json") == images


def test_coco_is_read_by_pycocotools(close: tuple[Dataset, Path, ExportRecord]) -> None:
    dataset, root, _ = close
    for scene in scene_numbers(root, "test"):
        coco = COCO(str(root / "test" / f"{scene:06d}" / "scene_gt_coco.json"))
        for view in read_scene(root, "test", scene):
            picture = coco.imgs[view.image]["file_name"]
            assert (root / "test" / f"{scene:06d}" / picture).is_file()
            found = coco.loadAnns(coco.getAnnIds(imgIds=[view.image]))
            objects = kept(dataset, 2 * scene + view.image)
            for annotation, instance, shown in zip(found, view.instances, objects, strict=True):
                mask = coco.annToMask(annotation).astype(bool)
                assert np.array_equal(mask, instance.mask_visib)
                assert annotation["category_id"] == instance.obj_id
                assert annotation["area"] == shown.visible_pixels == mask.sum()
                assert annotation["ignore"] == (instance.info["visib_fract"] < 0.1)
                full = coco_mask.encode(np.asfortranarray(instance.mask.astype(np.uint8)))
                assert annotation["bbox"] == coco_mask.toBbox(full).tolist()


def test_without_filters_hidden_objects_have_empty_masks(export: Export, dataset: Dataset) -> None:
    root, record = export("bop", filter=ExportFilter(min_area=0))
    assert list(export_problems(root, record)) == []
    assert list(record.counts) == ["train_pbr"]
    assert not (root / "test_targets_bop19.json").exists()
    hidden = 0
    for frame, view in views_of(root, record):
        targets = [s for s in dataset.annotation(frame).objects if s.role == "target"]
        for instance, shown in zip(view.instances, targets, strict=True):
            for mask, rle in (
                (instance.mask_visib, shown.visible_mask),
                (instance.mask, shown.amodal_mask),
            ):
                assert np.array_equal(mask, decode_mask(rle)) if rle else not mask.any()
            if not shown.visible_pixels:
                hidden += 1
                assert instance.info["bbox_visib"] == instance.info["bbox_obj"] == [-1, -1, -1, -1]
                assert instance.info["visib_fract"] == 0
    assert hidden > 0


def test_an_export_is_the_same_again_and_ids_outlast_filters_of_frames(export: Export) -> None:
    first, _ = export("bop")
    second, _ = export("bop", "again")
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert all((first / path).read_bytes() == (second / path).read_bytes() for path in files)
    few, record = export("bop", "few", filter=ExportFilter(min_visible_fraction=0.99))
    assert record.counts["train_pbr"].dropped_objects
    ids = (first / "obj_ids.json").read_bytes()
    assert (few / "obj_ids.json").read_bytes() == ids
    one, record = export("bop", "one", filter=ExportFilter(classes=("cube",), drop_empty=True))
    assert [item["group"] for item in json.loads((one / "obj_ids.json").read_text()).values()] == [
        "cube"
    ]
    assert list(export_problems(one, record)) == []


def _depth(view: View, models: dict[int, Model], instance: Any, window: tuple) -> np.ndarray:
    model = models[instance.obj_id]
    return rasterize(view.K, instance.camera_points(model), model.faces, window)


def _distractors(dataset: Dataset, frame: int, view: View) -> list[np.ndarray]:
    """Depth of what is not annotated, and of targets that no pixel shows."""
    scene = dataset.scene(frame // 2)
    annotated = {shown.instance_id for shown in kept(dataset, frame)}
    found = []
    for spec, pose in zip(scene.spec.objects, scene.poses, strict=True):
        if spec.instance_id not in annotated:
            mesh = mesh_of(spec.asset)
            world = 1000 * (spec.scale * mesh.vertices @ pose.matrix[:3, :3].T + pose.matrix[:3, 3])
            points = world @ view.rotation_w2c.T + view.translation_w2c
            found.append(rasterize(view.K, points, mesh.triangles, (0, 0, WIDTH, HEIGHT)))
    return found


def _iou(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


def _box(depth: np.ndarray, outside: int = 1) -> list[int]:
    """First pixel, and last minus first, of what has a depth on a canvas of three by three images.

    Args:
        outside: whether the canvas begins one image size before the image.
    """
    rows, columns = np.nonzero(np.isfinite(depth))
    left, top = int(columns.min()), int(rows.min())
    return [
        left - outside * WIDTH,
        top - outside * HEIGHT,
        int(columns.max()) - left,
        int(rows.max()) - top,
    ]
