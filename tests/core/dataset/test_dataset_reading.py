"""A dataset reads back as what was written, finished or not."""

import numpy as np
import pytest

from synth_addon.core.annotation import FrameAnnotation
from synth_addon.core.dataset.info import OutputOptions
from synth_addon.core.dataset.reading import open_dataset
from synth_addon.core.dataset.tree_hash import hash_dataset
from synth_addon.core.errors import DatasetError


@pytest.mark.parametrize(
    "outputs",
    [OutputOptions(coverage=True), OutputOptions(depth="exr", normals="exr", coverage=True)],
)
def test_everything_reads_back(fill, rendered, make_info, tmp_path, outputs):
    dataset = open_dataset(fill(tmp_path, [1, 0], outputs=outputs))
    assert dataset.info == make_info(outputs=outputs)
    assert dataset.frame_numbers() == [0, 1, 2, 3] and dataset.scene_numbers() == [0, 1]
    scene, ((frame, annotation), *_) = rendered(1)
    assert dataset.scene(1) == scene
    assert dataset.annotation(2) == annotation
    assert [found.frame for found in dataset.annotations()] == [0, 1, 2, 3]
    assert np.array_equal(dataset.image(2), frame.rgb)
    assert np.array_equal(dataset.instances(2), frame.instance_ids)
    assert np.array_equal(np.isinf(dataset.depth(2)), np.isinf(frame.depth))
    hit = np.isfinite(frame.depth)
    step = dataset.info.outputs.depth_scale
    assert np.abs(dataset.depth(2)[hit] - frame.depth[hit]).max() < 0.51 * step
    assert np.abs(dataset.normals(2) - frame.normals).max() < 0.01
    assert np.abs(dataset.coverage(2) - frame.coverage).max() < 0.002


def test_unfinished_dataset_shows_its_finished_scenes(fill, tmp_path):
    fill(tmp_path, [3, 1], finish=False)
    journal = tmp_path / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-5])
    dataset = open_dataset(tmp_path)
    assert dataset.frame_numbers() == [6, 7]
    with pytest.raises(DatasetError, match=r"no finished frame 2\. It holds 1 scenes from 3 to 3"):
        dataset.image(2)
    with pytest.raises(DatasetError, match="no finished scene 1"):
        dataset.scene(1)


def test_some_frames_are_named_without_the_others(fill, tmp_path):
    fill(tmp_path, [3, 1, 6])
    dataset = open_dataset(tmp_path)
    every = dataset.frame_numbers()
    assert every == [2, 3, 6, 7, 12, 13]
    for first in range(16):
        assert dataset.frame_numbers(first) == [n for n in every if n >= first]
        for end in range(16):
            assert dataset.frame_numbers(first, end) == [n for n in every if first <= n < end]


def test_what_was_not_written_is_named(fill, tmp_path):
    dataset = open_dataset(fill(tmp_path, [0], outputs=OutputOptions(depth="off", normals="off")))
    for channel in ("depth", "normals", "coverage"):
        with pytest.raises(DatasetError, match=rf"holds no {channel}.*outputs\.{channel}"):
            getattr(dataset, channel)(0)


def test_missing_and_truncated_files_are_named(fill, tmp_path):
    dataset = open_dataset(fill(tmp_path, [0]))
    for channel in ("images", "depth", "normals", "instances", "coverage"):
        path = tmp_path / channel / "000000/000000000.png"
        path.write_bytes(path.read_bytes()[:60])
        (tmp_path / channel / "000000/000000001.png").unlink()
        read = getattr(dataset, "image" if channel == "images" else channel)
        with pytest.raises(DatasetError, match=rf"{channel}.000000.000000000\.png: cannot be read"):
            read(0)
        with pytest.raises(DatasetError, match=rf"{channel}.000000.000000001\.png: is missing"):
            read(1)
    (tmp_path / "frames/000000/000000000.json").write_text('{"frame": "x"}')
    with pytest.raises(DatasetError, match=r"000000000\.json: frame is damaged"):
        dataset.annotation(0)
    (tmp_path / "frames/000000/000000000.json").unlink()
    with pytest.raises(DatasetError, match=r"000000000\.json: cannot be read"):
        dataset.annotation(0)


@pytest.mark.parametrize("open_it", [open_dataset, hash_dataset])
def test_no_dataset_is_named(tmp_path, open_it):
    for directory in (tmp_path, tmp_path / "absent"):
        with pytest.raises(DatasetError, match=r"dataset\.json: cannot be read.*--output"):
            open_it(directory)


def test_newer_format_is_named(fill, edit_json, tmp_path):
    fill(tmp_path, [0])
    edit_json(tmp_path / "dataset.json", lambda info: info.update(format_version=2, extra=1))
    with pytest.raises(DatasetError, match="format_version is 2, this Synth reads 1"):
        open_dataset(tmp_path)


def test_records_are_canonical(fill, tmp_path):
    text = (fill(tmp_path, [0]) / "frames/000000/000000000.json").read_text()
    assert text.startswith('{"camera_matrix":[[50.0,0.0,24.0],') and text.endswith("}\n")
    assert FrameAnnotation.model_validate_json(text).frame == 0


def test_hash_sees_every_file_and_ignores_the_users(fill, tmp_path):
    fill(tmp_path, [0])
    expected = hash_dataset(tmp_path)
    for name in (".lock", ".hidden", "contact_sheet.png", "images/.DS_Store", "images/.tmp-x"):
        (tmp_path / name).write_text("x")
    assert hash_dataset(tmp_path) == expected
    paths = [path for path in tmp_path.rglob("*") if path.is_file()]
    own = [path for path in paths if path.suffix in (".png", ".json", ".jsonl")]
    for path in own:
        if path.name.startswith("contact"):
            continue
        before = path.read_bytes()
        path.write_bytes(b"\n" + before if path.suffix == ".jsonl" else before + b"\n")
        try:
            assert hash_dataset(tmp_path) != expected, path
        except DatasetError:
            assert path.suffix == ".jsonl"
        path.write_bytes(before)
    assert hash_dataset(tmp_path) == expected
