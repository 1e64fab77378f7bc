"""BOP: symmetries, depth of other kinds, what is refused, and that broken exports are found."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from synth_addon.core.dataset.info import OutputOptions
from synth_addon.core.dataset.reading import Dataset, open_dataset
from synth_addon.core.errors import DatasetError, UsageError
from synth_addon.core.export.check import export_problems
from synth_addon.core.export.formats.bop.coco import run_lengths
from synth_addon.core.export.formats.bop.depth import nominal_depth_scale, reaching_scale
from synth_addon.core.export.formats.bop.normals import vertex_normals
from synth_addon.core.export.formats.bop.symmetries import symmetry_records
from synth_addon.core.export.job import export_dataset
from synth_addon.core.export.registry import find_format
from synth_addon.core.writers.ply import encode_ply

from .bop_reader import read_models, read_ply, read_scene, symmetry_transforms
from .conftest import RECIPE, Export, generated

SMALL: dict[str, Any] = {
    **RECIPE,
    "scenes": 2,
    "camera": {"width_px": 64, "height_px": 48, "radius_m": 0.6},
}


def turn(axis: list[float], folds: int, offset: tuple[float, ...] = (0, 0, 0)) -> dict[str, Any]:
    return {"axis": axis, "folds": folds, "offset_m": list(offset)}


def records(*symmetries: dict[str, Any], scale: float = 1.0) -> dict[str, Any]:
    return symmetry_records(symmetries, scale, 100.0, "thing")


GOLDEN = (1 + 5**0.5) / 2


@pytest.mark.parametrize(
    ("symmetries", "order"),
    [
        ([], 1),
        ([turn([0, 0, 1], 4)], 4),
        ([turn([0, 0, 1], 360)], 360),
        ([turn([0, 0, 1], 2), turn([1, 0, 0], 2)], 4),
        ([turn([0, 0, 1], 6), turn([1, 0, 0], 2)], 12),
        ([turn([0, 0, 2], 4), turn([3, 0, 0], 4)], 24),
        ([turn([1, 1, 1], 3), turn([0, 0, 1], 2)], 12),
        ([turn([0, 1, GOLDEN], 5), turn([0, 0, 1], 2)], 60),
        ([turn([0, 0.5257, 0.8507], 5), turn([0, 0, 1], 2)], 60),
    ],
)
def test_turns_about_several_axes_make_their_whole_group(
    symmetries: list[dict[str, Any]], order: int
) -> None:
    found = [np.reshape(t, (4, 4)) for t in records(*symmetries).get("symmetries_discrete", [])]
    assert len(found) == order - 1
    everything = [np.eye(4), *found]
    for one in found:
        assert not np.allclose(one, np.eye(4), atol=1e-2)
        for other in found[:1]:
            product = one @ other
            assert min(np.abs(product - element).max() for element in everything) < 4e-3


def test_an_axis_beside_the_origin_turns_about_itself_in_scaled_millimetres() -> None:
    found = records(turn([0, 0, 1], 2, (0.01, 0.02, 0)), scale=1.5)
    (half_turn,) = found["symmetries_discrete"]
    point = np.array([15.0, 30.0, 7.0, 1.0])
    assert np.allclose(np.reshape(half_turn, (4, 4)) @ point, point)
    assert np.allclose(np.reshape(half_turn, (4, 4)) @ [16, 30, 0, 1], [14, 30, 0, 1])


def test_continuous_symmetries_have_a_unit_axis_and_a_point_on_it() -> None:
    found = records(turn([0, 0, 2], 0, (0, 0.01, 0)), turn([1, 0, 0], 2, (0, 0.01, 0)), scale=2)
    assert found["symmetries_continuous"] == [{"axis": [0, 0, 1], "offset": [0, 20, 0]}]
    assert len(found["symmetries_discrete"]) == 1
    transforms = symmetry_transforms(found, 12)
    assert len(transforms) == 24
    for transform in transforms:  # a cylinder about that axis, from -5 to 5
        x, y, z, _ = transform @ [3, 20, 5, 1]
        assert np.hypot(x, y - 20) == pytest.approx(3)
        assert abs(z) == pytest.approx(5)


def test_endless_symmetries_are_refused() -> None:
    with pytest.raises(DatasetError, match=r"objects\.thing\.symmetries.*more than 1000"):
        records(turn([0, 0, 1], 360), turn([1, 0, 0], 360))
    with pytest.raises(DatasetError, match="meet in one point"):
        records(turn([0, 0, 1], 2), turn([0, 0, 1], 2, (0.05, 0, 0)))


def test_symmetries_map_the_exported_cube_onto_itself(export: Export) -> None:
    folder, _ = export("bop")
    model = read_models(folder)[2]
    transforms = symmetry_transforms(model.info, 1)
    assert len(transforms) == 4
    for transform in transforms:
        moved = model.vertices @ transform[:3, :3].T + transform[:3, 3]
        gaps = np.linalg.norm(moved[:, None] - model.vertices, axis=2).min(axis=1)
        assert gaps.max() < 1e-3


def test_normals_are_weighted_by_angle(tmp_path: Path) -> None:
    # three sides of a cube, each of two triangles: at the corner each side must count the same
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
    faces = [[0, 2, 6], [0, 6, 4], [0, 4, 5], [0, 5, 1], [0, 1, 3], [0, 3, 2]]
    triangles = np.array(faces, np.int32)
    assert np.allclose(vertex_normals(corners, triangles)[0], -np.sqrt(np.full(3, 1 / 3)))
    assert np.allclose(vertex_normals(corners, triangles)[7], [0, 0, 1])
    flat = np.array([[0, 0, 1]], np.int32)
    assert np.allclose(vertex_normals(corners, flat)[0], [0, 0, 1])
    normals = vertex_normals(corners, triangles)
    (tmp_path / "m.ply").write_bytes(encode_ply(corners, triangles, normals))
    vertices, _, read = read_ply(tmp_path / "m.ply")
    assert np.array_equal(vertices, corners)
    assert np.array_equal(read, triangles)


@pytest.mark.parametrize("rows", [["00", "00"], ["11", "11"], ["10", "01"], ["01", "11"]])
def test_run_lengths_begin_with_what_is_false(rows: list[str]) -> None:
    mask = np.array([[value == "1" for value in row] for row in rows])
    lengths = run_lengths(mask)
    values = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
    assert np.array_equal(values.reshape(mask.shape, order="F"), mask)


def test_depth_from_exr_is_converted(tmp_path: Path) -> None:
    directory = generated({**SMALL, "outputs": {"depth": "exr"}}, tmp_path / "data")
    record = export_dataset(directory, tmp_path / "out", "bop", find_format("bop"))
    assert list(export_problems(tmp_path / "out", record)) == []
    dataset = open_dataset(directory)
    for view in read_scene(tmp_path / "out", "train_pbr", 1):
        depth = 1000 * dataset.depth(2 + view.image)
        known = np.isfinite(depth)
        assert np.abs(view.depth[known] - depth[known]).max() <= 0.0501
        assert not view.depth[~known].any()


def test_the_scale_of_converted_depth_reaches_the_farthest() -> None:
    near = np.array([[0.5, np.inf]], np.float32)
    far = np.array([[0.5, 131.07, np.inf]], np.float32)
    assert reaching_scale(near) == 0.1
    assert reaching_scale(far) == pytest.approx(2.0)
    assert reaching_scale(np.full((1, 1), np.inf, np.float32)) == 0.1


def test_a_dataset_without_depth_is_refused(tmp_path: Path) -> None:
    directory = generated({**SMALL, "outputs": {"depth": "off"}}, tmp_path / "data")
    with pytest.raises(DatasetError, match=r"Generate with outputs\.depth"):
        export_dataset(directory, tmp_path / "out", "bop", find_format("bop"))
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_too_many_models_are_refused_with_a_reason(tmp_path: Path) -> None:
    objects = {
        **SMALL["objects"],
        "crate": {**SMALL["objects"]["crate"], "count": 2, "scale": {"uniform": [0.5, 1.5]}},
    }
    directory = generated({**SMALL, "objects": objects}, tmp_path / "data")
    bop = find_format("bop")
    with pytest.raises(UsageError, match=r"more than 3 models.*objects\.crate.*constant scale"):
        export_dataset(directory, tmp_path / "out", "bop", bop, options={"max_models": 3})
    record = export_dataset(directory, tmp_path / "out", "bop", bop, options={"max_models": 5})
    assert list(export_problems(tmp_path / "out", record)) == []
    assert len(read_models(tmp_path / "out")) == 5


def test_a_mesh_that_the_dataset_lacks_is_named(
    export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(self: Dataset, asset: object) -> None:
        raise DatasetError("models/0.ply: the mesh is not there. Generate with outputs.models")

    monkeypatch.setattr(Dataset, "model", lacking)
    with pytest.raises(DatasetError, match=r"outputs\.models"):
        export("bop")


def test_memory_does_not_grow_with_scenes(tmp_path: Path) -> None:
    peaks = []
    for scenes in (2, 12):
        directory = generated({**SMALL, "scenes": scenes}, tmp_path / f"data{scenes}")
        output = tmp_path / f"out{scenes}"
        export_dataset(directory, output, "bop", find_format("bop"))
        tracemalloc.start()
        record = export_dataset(
            directory, output, "bop", find_format("bop"), overwrite=True, shares={"test": 1.0}
        )
        assert list(export_problems(output, record)) == []
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


@pytest.fixture
def broken(export: Export) -> Any:
    """An export, copied, with a scene to damage, and what its check then finds."""
    root, record = export("bop", hardlinks=False, shares={"train": 0.5, "test": 0.5})
    scene = next(
        path
        for path in sorted((root / "test").iterdir())
        if all(json.loads((path / "scene_gt.json").read_text())[str(view)] for view in (0, 1))
    )

    class Broken:
        folder, scene_folder = root, scene

        def change(self, path: Path, edit: Any) -> None:
            value = json.loads(path.read_text("utf-8"))
            edit(value)
            lines = [f'"{key}": {json.dumps(item)}' for key, item in value.items()]
            path.write_text("{" + ",\n".join(lines) + "}", "utf-8")

        def problems(self) -> str:
            return "\n".join(export_problems(root, record))

    assert Broken().problems() == ""
    return Broken()


def _first(value: dict) -> dict:
    return value["0"][0]


EDITS = {
    "pose": ("scene_gt.json", lambda v: _first(v)["cam_R_m2c"].__setitem__(0, 2.0), "not rigid"),
    "moved": (
        "scene_gt.json",
        lambda v: _first(v)["cam_t_m2c"].__setitem__(0, _first(v)["cam_t_m2c"][0] + 100),
        "projects to",
    ),
    "object": ("scene_gt.json", lambda v: _first(v).update(obj_id=99), "no model 99"),
    "missing": ("scene_gt.json", lambda v: v["0"].pop(), "do not list the same objects"),
    "image": ("scene_gt.json", lambda v: v.pop("1"), "do not list the same images"),
    "visib": ("scene_gt_info.json", lambda v: _first(v).update(visib_fract=0.123), "visib_fract"),
    "count": ("scene_gt_info.json", lambda v: _first(v).update(px_count_visib=7), "px_count_visib"),
    "all": ("scene_gt_info.json", lambda v: _first(v).update(px_count_all=0), "px_count_all"),
    "valid": ("scene_gt_info.json", lambda v: _first(v).update(px_count_valid=1), "px_count_valid"),
    "box": ("scene_gt_info.json", lambda v: _first(v).update(bbox_visib=[0, 0, 1, 1]), "bbox_vis"),
    "amodal": ("scene_gt_info.json", lambda v: _first(v).update(bbox_obj=[0, 0, 1, 1]), "bbox_obj"),
    "K": ("scene_camera.json", lambda v: v["0"]["cam_K"].__setitem__(0, -1.0), "no camera matrix"),
    "w2c": ("scene_camera.json", lambda v: v["0"]["cam_R_w2c"].__setitem__(0, 9.0), "not rigid"),
    "scale": ("scene_camera.json", lambda v: v["0"].update(depth_scale=0), "depth_scale is 0"),
    "coco": ("scene_gt_coco.json", lambda v: v["annotations"].pop(), "its annotations are not"),
}


@pytest.mark.parametrize("name", list(EDITS))
def test_changed_records_are_found(broken: Any, name: str) -> None:
    file, edit, words = EDITS[name]
    broken.change(broken.scene_folder / file, edit)
    assert words in broken.problems()
    assert f"test/{broken.scene_folder.name}" in broken.problems()


@pytest.mark.parametrize("file", ["scene_gt.json", "scene_gt_coco.json"])
def test_records_that_are_gone_or_damaged_are_found(broken: Any, file: str) -> None:
    (broken.scene_folder / file).write_text("{")
    assert "cannot be read" in broken.problems()
    (broken.scene_folder / file).unlink()
    assert "cannot be read" in broken.problems()


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("rgb/000000.png", "RGB"),
        ("depth/000001.png", "I;16"),
        ("mask/000000_000000.png", "L"),
        ("mask_visib/000000_000000.png", "L"),
    ],
)
def test_images_that_are_gone_or_others_are_found(broken: Any, name: str, mode: str) -> None:
    path = broken.scene_folder / name
    whole = path.read_bytes()
    Image.new(mode, (5, 5)).save(path)
    assert f"{name} is {mode} of 5x5, not {mode} of 96x72" in broken.problems()
    path.write_bytes(whole[: len(whole) // 2])
    assert f"{name} cannot be read" in broken.problems()
    path.unlink()
    assert f"{name} is missing" in broken.problems()


def test_masks_that_are_others_are_found(broken: Any) -> None:
    path = broken.scene_folder / "mask_visib" / "000000_000000.png"
    Image.fromarray(np.full((72, 96), 255, np.uint8)).save(path)
    found = broken.problems()
    assert "px_count_visib is" in found
    assert "pixels of its visible mask lie outside its full mask" in found
    Image.fromarray(np.full((72, 96), 7, np.uint8)).save(path)
    assert "values other than 0 and 255" in broken.problems()
    (broken.scene_folder / "mask" / "000000_000077.png").write_bytes(b"")
    assert "mask/000000_000077.png belongs to no object" in broken.problems()


def test_visible_masks_that_overlap_are_found(broken: Any) -> None:
    for scene in sorted((broken.folder / "train").iterdir()):
        one, other = (scene / "mask_visib" / f"000000_00000{i}.png" for i in (0, 1))
        if other.is_file():
            other.write_bytes(one.read_bytes())
            assert "its visible mask overlaps another's" in broken.problems()
            return
    pytest.fail("no picture shows two objects")


def test_models_that_are_others_are_found(broken: Any) -> None:
    path = broken.folder / "models" / "obj_000002.ply"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert "models/obj_000002.ply: cannot be read (its length" in broken.problems()
    path.write_bytes(whole)
    vertices, normals, faces = read_ply(path)
    path.write_bytes(encode_ply(2 * vertices, faces, normals))
    assert "diameter, min or size are not those of the model" in broken.problems()
    path.unlink()
    assert "models/obj_000002.ply: cannot be read" in broken.problems()


def test_models_infos_that_are_others_are_found(broken: Any) -> None:
    path = broken.folder / "models" / "models_info.json"
    whole = path.read_bytes()
    for edit, words in (
        (lambda v: v["2"].update(diameter=1), "diameter, min or size"),
        (lambda v: v["2"].update(symmetries_discrete=[[1, 2, 3]]), "no 4x4 transform"),
        (lambda v: v["2"].update(symmetries_discrete=[np.eye(4).ravel().tolist()]), "identity"),
        (lambda v: v["1"]["symmetries_continuous"][0].update(axis=[0, 0, 2]), "no unit axis"),
        (lambda v: v.pop("2"), "are not those of"),
    ):
        path.write_bytes(whole)
        broken.change(path, edit)
        assert words in broken.problems()
    path.write_text("{")
    assert "damaged" in broken.problems()


@pytest.mark.parametrize("name", ["test_targets_bop19.json", "test_targets_bop24.json"])
def test_targets_that_are_others_are_found(broken: Any, name: str) -> None:
    lines = (broken.folder / name).read_text().splitlines()
    (broken.folder / name).write_text("\n".join([lines[0], *lines[2:]]))
    assert f"{name}: has" in broken.problems()
    (broken.folder / name).write_text("[\n]\n")
    assert f"{name}: has None" in broken.problems()
    (broken.folder / name).unlink()
    assert "cannot be read" in broken.problems()


def test_scenes_that_are_gone_are_found(broken: Any) -> None:
    for path in sorted(broken.scene_folder.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    broken.scene_folder.rmdir()
    assert "test: 2 scenes, the export has 3" in broken.problems()


def test_camera_json_is_needed(broken: Any) -> None:
    (broken.folder / "camera.json").unlink()
    assert "cannot be read" in broken.problems()


def test_the_finest_scale_is_stated_for_exr() -> None:
    assert nominal_depth_scale(OutputOptions(depth="exr")) == 0.1
    assert nominal_depth_scale(OutputOptions(depth_scale=0.001)) == pytest.approx(1.0)
