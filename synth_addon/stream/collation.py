"""Puts frames together to batches."""

from __future__ import annotations

from collections.abc import Sequence

from .copied_frames import copy_of
from .frames import Content, StreamBatch, StreamFrame
from .lent_frames import LentFrames


def collate(frames: Sequence[StreamFrame]) -> StreamBatch:
    """Return frames of one stream as a batch, without looking at them: a loader's collate_fn.

    Raises:
        ValueError: there are none, or their arrays differ.
    """
    if not frames:
        raise ValueError("no frames to put together")
    contents = [frame.content for frame in frames]
    if any(content.layout != contents[0].layout for content in contents):
        raise ValueError("frames of streams whose arrays differ")
    rows = [row for frame in frames for row in frame.rows]
    return StreamBatch(_joined(contents), rows, frames[0].converted)


def _joined(contents: Sequence[Content]) -> Content:
    lent = [content for content in contents if isinstance(content, LentFrames)]
    if len(lent) == len(contents) and all(lent[0].shares_ring(other) for other in lent):
        return lent[0].joined(lent[1:])
    return copy_of(contents)
