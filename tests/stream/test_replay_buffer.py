"""The replay buffer: what it keeps, that it keeps copies, and that the seed decides."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_addon.stream.copied_frames import CopiedFrames
from synth_addon.stream.frame_layout import frame_layout
from synth_addon.stream.frame_row import FrameRow
from synth_addon.stream.frames import StreamFrame, same
from synth_addon.stream.replay_buffer import Eviction, ReplayBuffer

EVICTIONS = st.sampled_from(["reservoir", "fifo"])


def kept(buffer: ReplayBuffer[int]) -> list[int]:
    return sorted(buffer.sample(len(buffer)))


@given(st.integers(1, 20), st.integers(0, 60), EVICTIONS, st.integers(0, 9))
def test_it_is_bounded_and_holds_what_was_added(
    capacity: int, added: int, eviction: Eviction, seed: int
) -> None:
    buffer: ReplayBuffer[int] = ReplayBuffer(capacity, eviction=eviction, seed=seed)
    taken = [buffer.add(item) for item in range(added)]
    assert len(buffer) == min(capacity, added) and buffer.added == added
    found = kept(buffer)
    assert len(set(found)) == len(buffer) and set(found) <= set(range(added))
    assert all(taken[item] for item in found)


def test_fifo_keeps_the_latest() -> None:
    buffer: ReplayBuffer[int] = ReplayBuffer(4, eviction="fifo")
    for item in range(11):
        assert buffer.add(item)
    assert kept(buffer) == [7, 8, 9, 10]


def test_a_reservoir_keeps_all_alike() -> None:
    found: Counter[int] = Counter()
    for seed in range(600):
        buffer: ReplayBuffer[int] = ReplayBuffer(5, seed=seed)
        for item in range(25):
            buffer.add(item)
        found.update(kept(buffer))
    # 120 each on average, with a standard deviation of 10
    assert all(70 < found[item] < 170 for item in range(25))


@given(EVICTIONS, st.integers(0, 9), st.integers(0, 30))
def test_the_seed_decides(eviction: Eviction, seed: int, count: int) -> None:
    def samples() -> list[int]:
        buffer: ReplayBuffer[int] = ReplayBuffer(6, eviction=eviction, seed=seed)
        for item in range(20):
            buffer.add(item)
        return buffer.sample(count) + buffer.sample(count)

    assert samples() == samples()


@given(st.integers(1, 10), st.integers(0, 35))
def test_samples_repeat_nothing_needlessly(size: int, count: int) -> None:
    buffer: ReplayBuffer[int] = ReplayBuffer(size)
    for item in range(size):
        buffer.add(item)
    times = Counter(buffer.sample(count))
    assert sum(times.values()) == count
    assert max(times.values(), default=0) <= -(-count // size)


def test_nothing_is_shared_with_what_was_added_or_sampled() -> None:
    wire = np.zeros((2, 2, 3), np.uint8)
    view = wire[:]
    view.flags.writeable = False
    frame: dict[str, Any] = {"image": view, "annotation": {"objects": [1]}}
    buffer: ReplayBuffer[dict[str, Any]] = ReplayBuffer(1)
    buffer.add(frame)
    wire += 1
    frame["annotation"]["objects"].append(2)
    sampled = buffer.sample(1)[0]
    assert sampled["image"].max() == 0 and sampled["annotation"] == {"objects": [1]}
    sampled["annotation"]["objects"].clear()
    assert buffer.sample(1)[0]["annotation"] == {"objects": [1]}


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        ReplayBuffer(0)
    with pytest.raises(ValueError, match="eviction is"):
        ReplayBuffer(1, eviction="lifo")  # type: ignore[arg-type]
    empty: ReplayBuffer[int] = ReplayBuffer(1)
    assert empty.sample(0) == []
    with pytest.raises(ValueError, match="cannot sample 1 of 0"):
        empty.sample(1)


def test_a_streams_frame_is_kept_as_a_dict_of_copies() -> None:
    layout = frame_layout({"image": ("uint8", (2, 2, 3))})
    image = np.zeros((1, 2, 2, 3), np.uint8)
    row = FrameRow(0, 0, 0, frame=3, scene=1, view=1, version=2, seed=5, text_bytes=12)
    frame = StreamFrame(CopiedFrames(layout, [image], [b'{"frame": 3}']), [row], same)
    buffer: ReplayBuffer[Any] = ReplayBuffer(2)
    buffer.add(frame)
    image += 1
    (sampled,) = buffer.sample(1)
    assert type(sampled) is dict and sampled["image"].max() == 0
    assert sampled["annotation"] == {"frame": 3} and sampled["version"] == 2
