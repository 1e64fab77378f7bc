"""A dataset on disk comes back in the form of a stream, each frame once, for any workers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synth_addon.core.dataset.reading import open_dataset
from synth_addon.core.errors import DatasetError, UsageError
from tests.core.export.conftest import HEIGHT, RECIPE, WIDTH, generated

torch = pytest.importorskip("torch")

from torch.utils.data import DataLoader  # noqa: E402

from synth_addon.stream.recorded import RecordedDataset  # noqa: E402

FRAMES = RECIPE["scenes"] * RECIPE["views_per_scene"]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated(RECIPE, tmp_path_factory.mktemp("recorded") / "dataset")


@pytest.fixture
def cut_off(directory: Path, tmp_path: Path) -> Path:
    """Return a dataset whose run was killed while the line of its fourth scene was written."""
    folder = tmp_path / "cut_off"
    shutil.copytree(directory, folder)
    lines = (folder / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "journal.jsonl").write_bytes(b"".join(lines[:3]) + lines[3][:40])
    return folder


def loaded(dataset: RecordedDataset, workers: int) -> list[dict[str, Any]]:
    return list(DataLoader(dataset, batch_size=None, num_workers=workers))


def numbers(items: list[dict[str, Any]]) -> list[Any]:
    return [item["frame"] for item in items]


def test_a_frame_is_what_the_files_hold(directory):
    frame = next(iter(RecordedDataset(directory)))
    record = json.loads((directory / "frames/000000/000000000.json").read_bytes())
    assert frame["annotation"] == record
    assert {key: frame[key] for key in ("frame", "scene", "view", "seed", "version")} == {
        "frame": 0, "scene": 0, "view": 0, "seed": RECIPE["seed"], "version": 0,
    }  # fmt: skip
    assert frame["image"].dtype == torch.uint8 and frame["image"].shape == (HEIGHT, WIDTH, 3)
    assert np.array_equal(frame["image"].numpy(), open_dataset(directory).image(0))


def test_channels_are_read_as_asked_for(directory):
    frame = next(iter(RecordedDataset(directory, channels=("depth", "instances"))))
    assert "image" not in frame
    assert np.array_equal(frame["depth"].numpy(), open_dataset(directory).depth(0))
    assert np.array_equal(frame["instances"].numpy(), open_dataset(directory).instances(0))


def test_batches_stack_tensors_and_list_the_rest(directory):
    batches = list(RecordedDataset(directory, 5, channels=("image", "instances")))
    assert [len(batch["frame"]) for batch in batches] == [5, 5, 2]
    assert batches[0]["image"].shape == (5, HEIGHT, WIDTH, 3)
    assert batches[0]["instances"].shape == (5, HEIGHT, WIDTH)
    assert [record["frame"] for record in batches[0]["annotation"]] == batches[0]["frame"]
    assert batches[0]["version"] == [0] * 5


@pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning")
@pytest.mark.parametrize("workers", [0, 1, 2, 3])
@pytest.mark.parametrize("batch_size", [None, 5])
def test_every_frame_comes_once_and_in_one_order(directory, workers, batch_size):
    dataset = RecordedDataset(directory, batch_size, shuffle_seed=4, epochs=2)
    found = numbers(loaded(dataset, workers))
    assert found == numbers(list(dataset))
    flat = found if batch_size is None else [number for batch in found for number in batch]
    assert sorted(flat[:FRAMES]) == sorted(flat[FRAMES:]) == list(range(FRAMES))


def test_workers_that_are_not_forked(directory):
    loader = DataLoader(
        RecordedDataset(directory, 5), None, num_workers=1, multiprocessing_context="spawn"
    )
    assert numbers(list(loader)) == numbers(list(RecordedDataset(directory, 5)))


def test_more_workers_than_items(directory):
    assert numbers(loaded(RecordedDataset(directory, FRAMES), 2)) == [list(range(FRAMES))]


def test_orders_differ_by_seed_and_epoch(directory):
    first = numbers(list(RecordedDataset(directory, shuffle_seed=1, epochs=2)))
    other = numbers(list(RecordedDataset(directory, shuffle_seed=2)))
    assert first[:FRAMES] != first[FRAMES:] and first[:FRAMES] != other
    assert numbers(list(RecordedDataset(directory))) == list(range(FRAMES))


def test_endless_epochs(directory):
    items = iter(RecordedDataset(directory, epochs=None))
    assert [next(items)["frame"] for _ in range(2 * FRAMES + 1)] == [*range(FRAMES)] * 2 + [0]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_killed_run_gives_its_finished_scenes(cut_off, workers):
    assert numbers(loaded(RecordedDataset(cut_off), workers)) == [0, 1, 2, 3, 4, 5]


def test_scenes_that_come_later_are_left_out(cut_off, directory):
    dataset = RecordedDataset(cut_off)
    shutil.copy(directory / "journal.jsonl", cut_off / "journal.jsonl")
    assert numbers(list(dataset)) == [0, 1, 2, 3, 4, 5]


def test_what_holds_no_frames_is_refused(cut_off, tmp_path):
    (cut_off / "journal.jsonl").write_bytes(b"")
    with pytest.raises(DatasetError, match="no finished scene"):
        RecordedDataset(cut_off)
    with pytest.raises(DatasetError):
        RecordedDataset(tmp_path / "nothing")


@pytest.mark.parametrize("workers", [0, 1])
def test_a_missing_file_is_the_datasets_own_error(cut_off, workers):
    (cut_off / "images/000000/000000003.png").unlink()
    with pytest.raises(DatasetError, match=r"000000003\.png"):
        loaded(RecordedDataset(cut_off), workers)


def test_a_channel_that_was_not_written_is_named(directory):
    with pytest.raises(DatasetError, match="holds no nocs"):
        list(RecordedDataset(directory, channels=("nocs",)))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"batch_size": 0}, "batch_size is 0"),
        ({"epochs": 0}, "epochs is 0"),
        ({"channels": ("image", "smell")}, "'smell'"),
    ],
)
def test_arguments_that_cannot_be_used(directory, arguments, named):
    with pytest.raises(UsageError, match=named):
        RecordedDataset(directory, **arguments)
