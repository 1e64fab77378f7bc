"""Depth images of a BOP dataset: 16-bit PNG, millimetres along the optical axis over a scale."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ....dataset.info import OutputOptions
from ....dataset.layout import frame_paths
from ....writers.images import encode_depth_png
from ...placing import place_file
from ...source import ExportFrame

FINEST_MM = 0.1
"""Millimetres per unit of converted depth, where all is nearer than 6.5 m."""
_FARTHEST_UNIT = 65535


def nominal_depth_scale(outputs: OutputOptions) -> float:
    """Return millimetres per unit where one scale serves all images, and the finest elsewhere."""
    return 1000 * outputs.depth_scale if outputs.depth == "png16" else FINEST_MM


def place_depth(
    frame: ExportFrame, target: Path, *, hardlink: bool
) -> tuple[float, NDArray[np.bool_]]:
    """Put a frame's depth into an export: the dataset's own PNG, or one made of its EXR.

    Returns:
        millimetres per unit, and which pixels (H, W) have a depth.

    Raises:
        DatasetError: the dataset's file is missing or damaged.
        OSError: the disk refuses.
    """
    outputs = frame.dataset.info.outputs
    depth = frame.dataset.depth(frame.number)
    valid: NDArray[np.bool_] = np.isfinite(depth)
    if outputs.depth == "png16":
        own = frame.dataset.directory / frame_paths(frame.number, outputs)["depth"]
        place_file(own, target, hardlink=hardlink)
        return nominal_depth_scale(outputs), valid
    scale = reaching_scale(depth)
    target.write_bytes(encode_depth_png(depth, scale / 1000))
    return scale, valid


def reaching_scale(depth: NDArray[np.float32]) -> float:
    """Return millimetres per unit with which 16 bits reach the farthest depth (H, W) in metres."""
    finite = depth[np.isfinite(depth)]
    farthest = 1000 * float(finite.max()) if finite.size else 0.0
    return max(FINEST_MM, farthest / _FARTHEST_UNIT)
