"""Frames of streams and of datasets, as hashes that can be compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from synth_addon.core.dataset.reading import open_dataset
from synth_addon.stream import StreamFrame


def hashes_of_stream(frames: Iterable[StreamFrame]) -> list[str]:
    """Return a hash of each frame's arrays and annotation, sorted."""
    return sorted(
        _hash(frame["image"], frame["depth"], frame["instances"], frame["annotation"])
        for frame in frames
    )


def hashes_of_dataset(folder: Path) -> list[str]:
    """Return the same of a dataset's frames."""
    dataset = open_dataset(folder)
    return sorted(
        _hash(
            dataset.image(frame),
            dataset.depth(frame),
            dataset.instances(frame),
            json.loads(dataset.annotation(frame).model_dump_json()),
        )
        for frame in dataset.frame_numbers()
    )


def _hash(*values: Any) -> str:
    digest = hashlib.sha256()
    for value in values:
        is_array = hasattr(value, "tobytes")
        digest.update(value.tobytes() if is_array else json.dumps(value, sort_keys=True).encode())
    return digest.hexdigest()
