"""Each frame comes to one reader, once: across workers, epochs and early ends."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed for this Blender")

from synth_addon.stream import StreamBatch, StreamDataset, collate  # noqa: E402

from .conftest import Scripted, checked, frames_of, wait_until  # noqa: E402

DataLoader = torch.utils.data.DataLoader

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc"),
    pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning"),
]
Begin = Callable[..., Scripted]


@pytest.mark.slow
def test_ten_thousand_frames_with_a_reader_that_sleeps(scripted: Begin) -> None:
    stream = scripted("--frames", 10_000, "--instances", 3, "--queue", 24)
    reader = stream.connect()
    dataset = StreamDataset(reader, batch_size=8)
    loader = DataLoader(dataset, batch_size=None, num_workers=4)
    seen: list[int] = []
    memory: list[int] = []
    for number, batch in enumerate(loader):
        seen += checked(batch)
        del batch
        if number == 300:
            time.sleep(5)
            statistics = reader.statistics()
            assert statistics["ready"] <= statistics["queue"] == 24
            assert statistics["held"] + statistics["ready"] <= statistics["slots"]
        if number % 200 == 199:
            memory.append(_resident())
    assert sorted(seen) == list(range(10_000))
    assert memory[-1] - memory[1] < 30 << 20


def _resident() -> int:
    with open("/proc/self/statm") as text:
        return int(text.read().split()[1]) * os.sysconf("SC_PAGESIZE")


@pytest.mark.parametrize(
    ("workers", "persistent", "is_far"),
    [(0, False, False), (1, False, False), (4, True, False), (0, False, True), (3, False, True)],
)
def test_epochs_have_the_length_asked_for_and_lose_nothing(
    scripted: Begin, workers: int, persistent: bool, is_far: bool
) -> None:
    stream = scripted("--instances", 2)
    dataset = StreamDataset(stream.connect(is_far=is_far), batch_size=4, frames=10)
    loader = DataLoader(
        dataset,
        batch_size=None,
        num_workers=workers,
        persistent_workers=persistent,
    )
    epochs = [frames_of(loader) for _ in range(6)]
    assert [len(epoch) for epoch in epochs] == [10] * 6
    seen = [frame for epoch in epochs for frame in epoch]
    assert len(set(seen)) == len(seen)
    # what is missing below the greatest is still on its way, in order of rendering by two
    rest = frames_of(DataLoader(StreamDataset(stream.connect(), 4, 40), batch_size=None))
    assert set(range(max(seen) + 1)) <= {*seen, *rest}


@pytest.mark.parametrize(
    ("workers", "is_far", "lent"),
    [
        *[(0, False, 512), (1, False, 512), (4, False, 512), (0, True, 512), (3, True, 512)],
        *[(0, False, 2), (0, True, 2)],
    ],
)
def test_frames_fetched_ahead_of_an_early_end_come_later(
    scripted: Begin, workers: int, is_far: bool, lent: int
) -> None:
    stream = scripted("--frames", 400, "--lent", lent)
    dataset = StreamDataset(stream.connect(is_far=is_far), batch_size=4)
    loader = DataLoader(dataset, batch_size=None, num_workers=workers)
    seen: list[int] = []
    for _ in range(5):
        for number, batch in enumerate(loader):
            seen += checked(batch)
            if number == 6:
                break
    seen += frames_of(loader)
    assert sorted(seen) == list(range(400))


@pytest.mark.parametrize("workers", [0, 3])
def test_a_new_dataset_for_each_epoch_leaves_no_frames_behind(
    scripted: Begin, workers: int
) -> None:
    stream = scripted("--frames", 400)
    reader = stream.connect()
    seen: list[int] = []
    for _ in range(5):
        loader = DataLoader(StreamDataset(reader, 4), batch_size=None, num_workers=workers)
        for number, batch in enumerate(loader):
            seen += checked(batch)
            if number == 6:
                break
        del loader, batch
        wait_until(lambda: reader.statistics()["held"] == 0)
    seen += frames_of(DataLoader(StreamDataset(reader, 4), batch_size=None))
    assert sorted(seen) == list(range(400))


def test_a_batch_that_is_looked_at_late_is_its_holders(scripted: Begin) -> None:
    stream = scripted("--frames", 200)
    loader = DataLoader(StreamDataset(stream.connect(), 4), batch_size=None, num_workers=2)
    kept = next(iter(loader))
    seen = frames_of(loader)
    assert sorted(seen + checked(kept)) == list(range(200))


@pytest.mark.parametrize("is_far", [False, True])
def test_large_frames_of_many_workers_survive_early_ends(scripted: Begin, is_far: bool) -> None:
    """What they have fetched ahead is 600 MiB, and none of it a copy that would count as used."""
    stream = scripted("--frames", 500, "--size", "1024x768", "--views", 10)
    dataset = StreamDataset(stream.connect(is_far=is_far), batch_size=16)
    loader = DataLoader(dataset, batch_size=None, num_workers=4, prefetch_factor=4)
    seen: list[int] = []
    for _ in range(2):
        for batch in loader:
            seen += checked(batch)
            time.sleep(1)
            break
    seen += frames_of(loader)
    assert sorted(seen) == list(range(500))


@pytest.mark.parametrize("collate_fn", [collate, None])
@pytest.mark.parametrize(("workers", "is_far"), [(0, False), (2, False), (2, True)])
def test_frames_are_collated_without_being_looked_at(
    scripted: Begin, workers: int, is_far: bool, collate_fn: Callable[..., StreamBatch] | None
) -> None:
    stream = scripted("--frames", 90, "--lent", 8)
    loader = DataLoader(
        StreamDataset(stream.connect(is_far=is_far)),
        batch_size=6,
        num_workers=workers,
        collate_fn=collate_fn,
    )
    assert sorted(frames_of(loader)) == list(range(90))


def _sums(batch: StreamBatch) -> dict[str, Any]:
    return {"frames": checked(batch), "sum": batch["image"].float().sum((1, 2, 3))}


@pytest.mark.parametrize(("workers", "is_far"), [(0, False), (3, False), (2, True)])
def test_a_transform_is_applied_in_the_worker(scripted: Begin, workers: int, is_far: bool) -> None:
    stream = scripted("--frames", 60)
    dataset = StreamDataset(stream.connect(is_far=is_far), batch_size=5, transform=_sums)
    loader = DataLoader(dataset, batch_size=None, num_workers=workers)
    items = list(loader)
    assert all(item["sum"].shape == (5,) for item in items)
    assert sorted(frame for item in items for frame in item["frames"]) == list(range(60))


def _number_and_mean(frame: StreamBatch) -> dict[str, Any]:
    return {"frame": frame["frame"], "mean": frame["image"].float().mean()}


def _listed(items: list[Any]) -> dict[str, Any]:
    return {"frame": [item["frame"] for item in items]}


@pytest.mark.parametrize("collate_fn", [None, _listed])
@pytest.mark.parametrize(("workers", "is_far"), [(0, False), (3, False), (2, True)])
def test_what_a_transform_makes_of_frames_is_put_together(
    scripted: Begin, workers: int, is_far: bool, collate_fn: Callable[..., Any] | None
) -> None:
    stream = scripted("--frames", 60)
    dataset = StreamDataset(stream.connect(is_far=is_far), transform=_number_and_mean)
    loader = DataLoader(dataset, batch_size=5, num_workers=workers, collate_fn=collate_fn)
    assert sorted(int(frame) for item in loader for frame in item["frame"]) == list(range(60))


def test_workers_that_get_copies_are_told_of(scripted: Begin) -> None:
    stream = scripted("--frames", 60, "--lent", 4)
    loader = DataLoader(StreamDataset(stream.connect(), 4), batch_size=None, num_workers=2)
    assert sorted(frames_of(loader)) == list(range(60))
    assert sum("a larger --lent" in warning for warning in stream.warnings()) == 1


def _plain(frames: list[Any]) -> tuple[list[int], Any]:
    return [frame["frame"] for frame in frames], torch.stack([frame["image"] for frame in frames])


@pytest.mark.parametrize(("workers", "is_far"), [(0, False), (3, False), (2, True)])
def test_a_collate_function_of_ones_own_gives_slots_back(
    scripted: Begin, workers: int, is_far: bool
) -> None:
    stream = scripted("--frames", 300, "--lent", 16)
    loader = DataLoader(
        StreamDataset(stream.connect(is_far=is_far)),
        batch_size=4,
        num_workers=workers,
        collate_fn=_plain,
    )
    assert sorted(frame for numbers, _ in loader for frame in numbers) == list(range(300))


@pytest.mark.parametrize("is_far", [False, True])
def test_a_batch_that_is_kept_keeps_its_pixels(scripted: Begin, is_far: bool) -> None:
    stream = scripted("--frames", 200, "--queue", 8, "--lent", 8)
    kept = list(stream.connect(is_far=is_far).batches(4))
    assert sorted(frame for batch in kept for frame in batch["frame"]) == list(range(200))
    for batch in kept:
        for picture, annotation in zip(batch["image"], batch["annotation"], strict=True):
            assert hashlib.sha256(picture.tobytes()).hexdigest() == annotation["sha256"]


def test_a_view_of_a_picture_keeps_the_slot(scripted: Begin) -> None:
    stream = scripted("--frames", 400)
    views = []
    for number, frame in enumerate(stream.connect().frames()):
        if number < 5:
            picture = frame["image"]
            views.append((picture[1:, ::2], picture[1:, ::2].copy()))
    assert all((view == copy).all() for view, copy in views)


@pytest.mark.parametrize("is_far", [False, True])
def test_long_annotations_come_whole(scripted: Begin, is_far: bool) -> None:
    stream = scripted("--frames", 20, SCRIPTED_LONG_TEXT="1")
    lengths = {
        frame["frame"]: len(frame["annotation"]["filler"])
        for frame in stream.connect(is_far=is_far).frames()
    }
    assert lengths == {frame: 100_000 if frame % 3 == 0 else 0 for frame in range(20)}


@pytest.mark.parametrize("is_far", [False, True])
def test_two_readers_share_the_frames(scripted: Begin, is_far: bool) -> None:
    stream = scripted("--frames", 200)
    one, other = stream.connect().frames(), stream.connect(is_far=is_far).frames()
    seen = []
    for first in one:
        seen.append(first["frame"])
        seen += [second["frame"] for second in [next(other, None)] if second is not None]
    seen += [frame["frame"] for frame in other]
    assert sorted(seen) == list(range(200))
