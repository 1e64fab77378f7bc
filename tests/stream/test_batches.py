"""Batches taken apart and put together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed for this Blender")

from synth_addon.stream.batches import batch_of, frames_of, in_batches  # noqa: E402


def frame(number: int, tensors: bool) -> dict[str, Any]:
    image = np.full((4, 5, 3), number, np.uint8)
    return {
        "image": torch.from_numpy(image) if tensors else image,
        "annotation": {"frame": number},
        "frame": number,
    }


@pytest.mark.parametrize("tensors", [False, True])
def test_a_batch_goes_apart_and_together(tensors: bool) -> None:
    frames = [frame(number, tensors) for number in range(3)]
    batch = batch_of(frames)
    assert batch["image"].shape == (3, 4, 5, 3)
    assert type(batch["image"]) is type(frames[0]["image"])
    assert batch["frame"] == [0, 1, 2]
    again = frames_of(batch)
    assert [item["annotation"] for item in again] == batch["annotation"]
    assert all(int(item["image"].max()) == item["frame"] for item in again)


def test_the_last_batch_may_be_smaller() -> None:
    frames = (frame(number, False) for number in range(5))
    assert [batch["frame"] for batch in in_batches(frames, 2)] == [[0, 1], [2, 3], [4]]


def test_no_frames_are_no_batch() -> None:
    assert batch_of([]) == {} and frames_of({}) == [] and list(in_batches([], 2)) == []


def test_what_does_not_go_together_is_refused() -> None:
    with pytest.raises(ValueError, match="same keys"):
        batch_of([{"frame": 1}, {"scene": 1}])
    with pytest.raises(ValueError, match="one value of each kind"):
        frames_of({"frame": [1, 2], "scene": [1]})
    with pytest.raises(ValueError, match="at least 1 frame"):
        list(in_batches([], 0))
