"""transforms.json, read by a projection of its own with OpenGL's camera axes."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from synth_addon.core.dataset.reading import Dataset, open_dataset
from synth_addon.core.errors import DatasetError, UsageError
from synth_addon.core.export.check import export_problems
from synth_addon.core.export.filters import ExportFilter
from synth_addon.core.export.job import export_dataset
from synth_addon.core.export.registry import find_format

from .conftest import HEIGHT, RECIPE, SCENES, VIEWS, WIDTH, Export, generated

VERTEX = np.dtype([("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("rgb", "u1", 3)])


def read(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "transforms.json").read_text("utf-8"))


def seen(content: dict[str, Any], frame: dict[str, Any], points: np.ndarray) -> np.ndarray:
    """Project world points (N, 3) as a NeRF casts rays; NaN behind the camera.

    x is to the right, y up, and the camera looks along -z.
    """
    own = {**content, **frame}
    camera = np.linalg.inv(np.array(frame["transform_matrix"]))
    x, y, z = camera[:3, :3] @ points.T + camera[:3, 3:]
    ahead = np.where(z < 0, -z, np.nan)
    return np.stack(
        [own["cx"] + own["fl_x"] * x / ahead, own["cy"] - own["fl_y"] * y / ahead], axis=1
    )


def ply(path: Path) -> np.ndarray:
    header, body = path.read_bytes().split(b"end_header\n", 1)
    lines = header.decode("ascii").splitlines()
    assert lines[:2] == ["ply", "format binary_little_endian 1.0"]
    vertices = np.frombuffer(body, VERTEX)
    assert f"element vertex {len(vertices)}" in lines
    return vertices


def corners_agree(dataset: Dataset, folder: Path) -> int:
    """Compare all corners of a scene's boxes, and return how many there are."""
    content, compared = read(folder), 0
    for frame in content["frames"]:
        annotation = dataset.annotation(int(Path(frame["file_path"]).stem))
        for shown in annotation.objects:
            low = np.array(shown.box_3d.center) - np.array(shown.box_3d.size) / 2
            bits = np.array([[i & 1, i >> 1 & 1, i >> 2 & 1] for i in range(8)])
            corners = low + bits * shown.box_3d.size
            pose = np.array(shown.world_from_object)
            pixels = seen(content, frame, corners @ pose[:3, :3].T + pose[:3, 3])
            for pixel, expected in zip(pixels, shown.box_3d.corners_px, strict=True):
                if expected is not None:
                    assert np.abs(pixel - expected).max() <= 0.05
                    compared += 1
    return compared


def test_corners_of_boxes_project_to_where_they_are(export: Export, dataset: Dataset) -> None:
    folder, record = export("transforms")
    scenes = sorted((folder / "all").iterdir())
    assert [path.name for path in scenes] == [f"{n:09d}" for n in dataset.scene_numbers()]
    assert sum(corners_agree(dataset, scene) for scene in scenes) > 100
    assert list(export_problems(folder, record)) == []


def test_a_scene_holds_what_readers_ask_for(export: Export, dataset: Dataset) -> None:
    folder, _ = export("transforms")
    for number in dataset.scene_numbers():
        scene = folder / "all" / f"{number:09d}"
        content = read(scene)
        assert content["camera_model"] == "OPENCV"
        assert (content["w"], content["h"]) == (WIDTH, HEIGHT)
        assert (content["cx"], content["cy"]) == (WIDTH / 2, HEIGHT / 2)
        angle = 2 * math.atan(WIDTH / 2 / content["fl_x"])
        assert content["camera_angle_x"] == pytest.approx(angle)
        assert len(content["frames"]) == VIEWS
        for view, frame in enumerate(content["frames"]):
            index = number * VIEWS + view
            assert frame["file_path"] == f"images/{index:09d}.png"
            with Image.open(scene / frame["file_path"]) as image:
                assert np.array_equal(np.asarray(image), dataset.image(index))
            with Image.open(scene / frame["depth_file_path"]) as image:
                millimetres = np.asarray(image).astype(float)
            depth = dataset.depth(index)
            assert np.array_equal(millimetres > 0, np.isfinite(depth))
            shown = np.isfinite(depth)
            assert np.abs(millimetres / 1000 - depth)[shown].max() <= 0.0005 + 1e-6


def test_the_cube_of_instant_ngp_holds_cameras_and_surfaces(
    export: Export, dataset: Dataset
) -> None:
    folder, _ = export("transforms", options={"points": 200})
    for scene in sorted((folder / "all").iterdir()):
        content = read(scene)
        side = content["aabb_scale"]
        assert side in {2**power for power in range(8)}
        points = ply(scene / "points.ply")
        world = np.stack([points["x"], points["y"], points["z"]], axis=1)
        cameras = np.array([frame["transform_matrix"] for frame in content["frames"]])[:, :3, 3]
        for positions in (world, cameras):
            inside = positions * content["scale"] + content["offset"] - 0.5
            assert np.abs(inside).max() <= side / 2 * 1.05


def test_points_have_the_place_and_colour_of_their_pixel(export: Export, dataset: Dataset) -> None:
    folder, record = export("transforms", options={"points": 101})
    for number in dataset.scene_numbers():
        scene = folder / "all" / f"{number:09d}"
        content = read(scene)
        assert content["ply_file_path"] == "points.ply"
        vertices = ply(scene / "points.ply")
        assert len(vertices) == 101
        first = 101 // VIEWS
        for view, chosen in enumerate((vertices[:first], vertices[first:])):
            frame = content["frames"][view]
            world = np.stack([chosen["x"], chosen["y"], chosen["z"]], axis=1).astype(float)
            pixels = seen(content, frame, world)
            columns, rows = np.floor(pixels).astype(int).T
            assert np.abs(pixels - np.stack([columns, rows], axis=1) - 0.5).max() < 0.01
            index = number * VIEWS + view
            assert np.array_equal(dataset.image(index)[rows, columns], chosen["rgb"])
            camera = np.array(frame["transform_matrix"])
            along = (camera[:3, 3] - world) @ camera[:3, 2]
            assert np.abs(along - dataset.depth(index)[rows, columns]).max() < 1e-5
    assert list(export_problems(folder, record)) == []
    again, _ = export("transforms", "again", options={"points": 101})
    for path in folder.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (again / path.relative_to(folder)).read_bytes()


def test_one_scene_stands_alone(export: Export, dataset: Dataset) -> None:
    shares = {"train": 0.5, "test": 0.5}
    folder, record = export("transforms", options={"scene": 3}, shares=shares)
    assert {path.name for path in folder.iterdir()} == {
        "transforms.json",
        "images",
        "depth",
        "synth_export.json",
    }
    assert len(list((folder / "images").iterdir())) == VIEWS
    assert corners_agree(dataset, folder) > 0
    assert sorted(counts.frames for counts in record.counts.values()) == [0, VIEWS]
    assert list(export_problems(folder, record)) == []


def test_parts_and_left_out_frames(export: Export) -> None:
    folder, record = export(
        "transforms",
        shares={"train": 0.5, "test": 0.5},
        options={"depth": False},
        filter=ExportFilter(classes=("never",), drop_empty=True),
    )
    assert [path.name for path in folder.iterdir()] == ["synth_export.json"]
    assert list(export_problems(folder, record)) == []
    folder, record = export("transforms", "more", shares={"train": 0.5, "test": 0.5})
    assert len(list((folder / "train").iterdir())) == SCENES / 2
    assert list(export_problems(folder, record)) == []


def test_intrinsics_stand_in_frames_where_they_differ(tmp_path: Path) -> None:
    camera = {**RECIPE["camera"], "focal_mm": {"uniform": [30, 60]}}
    recipe = {**RECIPE, "scenes": 1, "views_per_scene": 3, "camera": camera}
    recipe["outputs"] = {"depth": "off"}
    directory = generated(recipe, tmp_path / "dataset")
    output = tmp_path / "out"
    transforms = find_format("transforms")
    record = export_dataset(directory, output, "transforms", transforms)
    content = read(output / "all" / "000000000")
    assert not {"fl_x", "cx", "w", "camera_angle_x", "integer_depth_scale"} & set(content)
    assert len({frame["fl_x"] for frame in content["frames"]}) == 3
    assert all("depth_file_path" not in frame for frame in content["frames"])
    assert corners_agree(open_dataset(directory), output / "all" / "000000000") > 0
    assert list(export_problems(output, record)) == []
    with pytest.raises(DatasetError, match=r"outputs\.depth"):
        export_dataset(
            directory, tmp_path / "points", "transforms", transforms, options={"points": 5}
        )


@pytest.mark.parametrize(
    ("options", "message"), [({"scene": 6}, "0 to 5"), ({"points": -1}, "at least 0")]
)
def test_options_that_mean_nothing_are_refused(export: Export, options: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        export("transforms", options=options)


def test_what_is_wrong_is_named(export: Export) -> None:
    folder, record = export("transforms", options={"points": 10}, hardlinks=False)
    scenes = sorted((folder / "all").iterdir())
    first, second = (f"images/{number:09d}.png" for number in range(2))

    content = read(scenes[0])
    content["fl_x"] = -1
    content["frames"][0]["transform_matrix"][0][0] += 0.1
    (scenes[0] / "transforms.json").write_text(json.dumps(content))
    (scenes[0] / second).unlink()
    Image.new("RGB", (5, 4)).save(scenes[0] / first)
    (scenes[0] / "points.ply").write_bytes((scenes[0] / "points.ply").read_bytes()[:-1])
    content = read(scenes[1])
    content["frames"].pop()
    (scenes[1] / "transforms.json").write_text(json.dumps(content))
    where = "all/000000000/transforms.json"
    assert list(export_problems(folder, record)) == [
        f"{where}: {first}: fl_x is -1, which is no positive number",
        f"{where}: {first}: transform_matrix is not a rotation with a translation",
        f"{where}: {first} is 5 x 4, not {WIDTH} x {HEIGHT}",
        f"{where}: {second}: fl_x is -1, which is no positive number",
        f"{where}: {second} is missing",
        f"{where}: points.ply is damaged",
        "all: 6 scenes with 11 frames, the export has 6 with 12",
    ]
