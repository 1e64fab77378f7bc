"""Checks the folder of one scene; `transforms` says what it must hold."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from .points import VERTEX

_TOLERANCE = 1e-6
_INTRINSICS = ("fl_x", "fl_y", "cx", "cy", "w", "h")


def scene_problems(folder: Path, content: Mapping[str, Any]) -> Iterator[str]:
    """Yield one line for each promise that a scene's folder breaks.

    Args:
        content: of its transforms.json.
    """
    for frame in content["frames"]:
        where = frame["file_path"]
        own = {key: frame.get(key, content.get(key)) for key in _INTRINSICS}
        for key, value in own.items():
            if not _is_length(value):
                yield f"{where}: {key} is {value}, which is no positive number"
        if not _is_rigid(frame["transform_matrix"]):
            yield f"{where}: transform_matrix is not a rotation with a translation"
        for path in (where, frame.get("depth_file_path")):
            if path is not None:
                yield from _image_problems(folder, path, own["w"], own["h"])
    if "ply_file_path" in content:
        yield from _ply_problems(folder, content["ply_file_path"])


def _is_length(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value) and value > 0


def _is_rigid(rows: list[list[float]]) -> bool:
    matrix = np.array(rows, float)
    if matrix.shape != (4, 4) or not np.isfinite(matrix).all():
        return False
    rotation = matrix[:3, :3]
    orthonormal = np.abs(rotation @ rotation.T - np.eye(3)).max() < _TOLERANCE
    return bool(orthonormal and np.linalg.det(rotation) > 0 and (matrix[3] == [0, 0, 0, 1]).all())


def _image_problems(folder: Path, path: str, width: int, height: int) -> Iterator[str]:
    if not (folder / path).is_file():
        yield f"{path} is missing"
        return
    try:
        with Image.open(folder / path) as image:
            size = image.size
    except OSError as error:
        yield f"{path} cannot be read ({error})"
        return
    if size != (width, height):
        yield f"{path} is {size[0]} x {size[1]}, not {width} x {height}"


def _ply_problems(folder: Path, path: str) -> Iterator[str]:
    if not (folder / path).is_file():
        yield f"{path} is missing"
        return
    header, end, body = (folder / path).read_bytes().partition(b"end_header\n")
    counts = [
        line.split()[-1] for line in header.splitlines() if line.startswith(b"element vertex")
    ]
    if not end or len(counts) != 1 or len(body) != int(counts[0]) * VERTEX.itemsize:
        yield f"{path} is damaged"
        return
    if not np.isfinite(np.frombuffer(body, VERTEX)["position"]).all():
        yield f"{path} holds points that are not finite"
