"""HDF5 files with BlenderProc's keys, read by h5py as its documentation says."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from synth_addon.core.dataset.reading import Dataset
from synth_addon.core.errors import UsageError
from synth_addon.core.export.check import export_problems
from synth_addon.core.export.filters import ExportFilter
from synth_addon.core.export.job import export_dataset
from synth_addon.core.export.registry import find_format

from .conftest import AWKWARD, HEIGHT, RECIPE, VIEWS, WIDTH, Export, generated


def text(file: Any, key: str) -> Any:
    return json.loads(np.array(file[key]).tobytes())


def test_every_frame_has_blenderprocs_keys(export: Export, dataset: Dataset) -> None:
    folder, record = export("hdf5")
    paths = sorted((folder / "all").iterdir())
    assert [path.name for path in paths] == [f"{n:09d}.hdf5" for n in dataset.frame_numbers()]
    for path in paths:
        number = int(path.stem)
        with h5py.File(path) as file:
            assert set(file) == {
                "colors",
                "depth",
                "normals",
                "instance_segmaps",
                "category_id_segmaps",
                "class_segmaps",
                "instance_attribute_maps",
                "campose",
                "synth_annotation",
            }
            assert {key: file[key].dtype.name for key in ("colors", "depth", "normals")} == {
                "colors": "uint8",
                "depth": "float32",
                "normals": "float32",
            }
            assert file["colors"].compression == "gzip"
            assert np.array_equal(file["colors"], dataset.image(number))
            assert file["instance_segmaps"].dtype == np.uint8
            assert np.array_equal(file["instance_segmaps"], dataset.instances(number))
            assert np.array_equal(file["class_segmaps"], file["category_id_segmaps"])
            annotation = dataset.annotation(number)
            assert text(file, "synth_annotation") == annotation.model_dump(mode="json")
            depth = dataset.depth(number)
            expected = np.where(np.isfinite(depth), depth, np.float32(1e10))
            assert np.array_equal(file["depth"], expected)
    assert list(export_problems(folder, record)) == []


def test_normals_face_the_viewer_in_blenders_camera_axes(export: Export, dataset: Dataset) -> None:
    folder, _ = export("hdf5")
    for number in dataset.frame_numbers():
        with h5py.File(folder / "all" / f"{number:09d}.hdf5") as file:
            decoded = (np.array(file["normals"]) - 0.5) * 2
            camera = np.array(text(file, "campose")[0]["cam2world_matrix"])
        normals = dataset.normals(number)
        empty = (normals == 0).all(axis=2)
        assert np.abs(decoded[empty]).max(initial=0) == 0
        world = normals[~empty] @ np.array(dataset.annotation(number).world_from_camera)[:3, :3].T
        assert np.abs(decoded[~empty] @ camera[:3, :3].T - world).max() < 1e-6
        assert (decoded[~empty][:, 2] > 0).mean() > 0.9


def test_depth_and_camera_give_the_corners_of_boxes(export: Export, dataset: Dataset) -> None:
    """Blender's camera looks along -z, and K counts from the first pixel's centre."""
    folder, _ = export("hdf5")
    for number in dataset.frame_numbers():
        with h5py.File(folder / "all" / f"{number:09d}.hdf5") as file:
            (camera,) = text(file, "campose")
        blender_from_world = np.linalg.inv(camera["cam2world_matrix"])
        for shown in dataset.annotation(number).objects:
            box = shown.box_3d
            signs = [[i & 1, i >> 1 & 1, i >> 2 & 1] for i in range(8)]
            corners = np.array(box.center) + (np.array(signs) - 0.5) * box.size
            homogeneous = np.column_stack([corners, np.ones(8)])
            seen = homogeneous @ (blender_from_world @ np.array(shown.world_from_object)).T
            pixels = (seen[:, :3] * [1, -1, -1]) @ np.array(camera["cam_K"]).T
            for pixel, expected in zip(pixels, box.corners_px, strict=True):
                if expected is not None:
                    assert pixel[:2] / pixel[2] + 0.5 == pytest.approx(expected, abs=0.01)


def test_what_is_left_out_has_no_class(export: Export, dataset: Dataset) -> None:
    folder, record = export("hdf5", filter=ExportFilter(classes=(AWKWARD,)))
    seen = set()
    for number in dataset.frame_numbers():
        objects = {shown.instance_id: shown for shown in dataset.annotation(number).objects}
        ids = dataset.instances(number)
        with h5py.File(folder / "all" / f"{number:09d}.hdf5") as file:
            classes = np.array(file["category_id_segmaps"])
            attributes = {item.pop("idx"): item for item in text(file, "instance_attribute_maps")}
        assert set(attributes) == set(np.unique(ids).tolist())
        for instance, stated in attributes.items():
            kept = instance and objects[instance].category == AWKWARD
            assert stated["category_id"] == (1 if kept else 0)
            assert (classes[ids == instance] == stated["category_id"]).all()
            seen.add(stated["category_id"])
    assert seen == {0, 1}
    assert list(export_problems(folder, record)) == []


def test_channels_that_are_not_there_have_no_key(tmp_path: Path) -> None:
    recipe = {**RECIPE, "scenes": 1, "outputs": {"depth": "off", "normals": "off"}}
    directory = generated(recipe, tmp_path / "dataset")
    output = tmp_path / "out"
    record = export_dataset(directory, output, "hdf5", find_format("hdf5"))
    with h5py.File(output / "all" / "000000000.hdf5") as file:
        assert "colors" in file
        assert not {"depth", "normals"} & set(file)
    assert list(export_problems(output, record)) == []


def test_equal_exports_have_equal_bytes(export: Export) -> None:
    first, _ = export("hdf5", shares={"train": 0.5, "test": 0.5})
    second, _ = export("hdf5", "again", shares={"train": 0.5, "test": 0.5})
    paths = [path.relative_to(first) for path in sorted(first.rglob("*.hdf5"))]
    assert len(paths) == 6 * VIEWS
    assert all((first / path).read_bytes() == (second / path).read_bytes() for path in paths)


def _rewrite(path: Path, key: str, value: Any) -> None:
    with h5py.File(path, "a") as file:
        del file[key]
        if value is not None:
            file[key] = value


def test_what_is_wrong_is_named(export: Export) -> None:
    folder, record = export("hdf5")
    paths = sorted((folder / "all").iterdir())
    _rewrite(paths[0], "depth", np.full((HEIGHT, WIDTH), np.nan, np.float32))
    _rewrite(paths[1], "colors", np.zeros((2, 2, 3), np.float32))
    _rewrite(paths[2], "instance_segmaps", np.full((HEIGHT, WIDTH), 99, np.uint8))
    _rewrite(paths[3], "campose", None)
    paths[4].write_bytes(paths[4].read_bytes()[:1000])
    paths[5].unlink()
    problems = list(export_problems(folder, record))
    assert problems[:5] == [
        "all/000000000.hdf5: depth holds values that are not finite or not positive",
        f"all/000000001.hdf5: colors has the shape (2, 2, 3), not ({HEIGHT}, {WIDTH}, 3)",
        "all/000000001.hdf5: colors is float32, not uint8",
        "all/000000002.hdf5: instance 99 is not in instance_attribute_maps",
        "all/000000003.hdf5: campose is missing",
    ]
    assert problems[5].startswith("all/000000004.hdf5: cannot be read")
    assert problems[6:] == ["all: 11 frames, the export has 12"]


def test_without_the_package_the_remedy_is_named(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(UsageError, match="pip install h5py"):
        export("hdf5")
    assert list(tmp_path.iterdir()) == []
