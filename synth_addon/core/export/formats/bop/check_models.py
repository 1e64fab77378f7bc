"""What must hold for the models of a BOP export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ....point_spread import greatest_distance
from ....transforms import Array
from .files import MODELS_INFO, OBJ_IDS, model_name, read_records
from .models import read_vertices

RIGID_WITHIN = 1e-6
_SAME_SIZE = 1e-4
"""Share of the diameter: models hold 32 bits."""
_SAME_DIAMETER = 2e-3
"""Diameters of dense models are within 0.1 %."""


def model_faults(folder: Path, infos: Mapping[str, Any]) -> Iterator[str]:
    """Yield one line for each fault of the models, their infos and the list of objects.

    Args:
        infos: content of ``models_info.json``.
    """
    named = read_records(folder / OBJ_IDS)
    if list(named) != list(infos) or list(infos) != [str(i + 1) for i in range(len(infos))]:
        yield f"{OBJ_IDS}: its objects are not those of {MODELS_INFO}, counted from 1"
    for obj_id, info in infos.items():
        path = model_name(int(obj_id))
        try:
            vertices = read_vertices(folder / path)
        except (OSError, ValueError) as error:
            yield f"{path}: cannot be read ({error})"
            continue
        if not _is_size_of(info, vertices):
            yield f"{MODELS_INFO}, {obj_id}: diameter, min or size are not those of the model"
        yield from (f"{MODELS_INFO}, {obj_id}: {fault}" for fault in _symmetry_faults(info))


def is_rotation(values: object) -> bool:
    """Tell whether 9 numbers, row by row, are a rotation."""
    rotation = np.asarray(values, float)
    if rotation.shape != (9,) or not np.isfinite(rotation).all():
        return False
    matrix = rotation.reshape(3, 3)
    error = np.abs(matrix @ matrix.T - np.eye(3)).max()
    return bool(error <= RIGID_WITHIN and np.linalg.det(matrix) > 0)


def _is_size_of(info: Mapping[str, Any], vertices: Array) -> bool:
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    stated = [info[f"{name}_{axis}"] for name in ("min", "size") for axis in "xyz"]
    diameter = greatest_distance(vertices)
    allowed = _SAME_SIZE * max(diameter, float(np.abs(vertices).max()))
    return bool(
        np.allclose(stated, [*low, *(high - low)], rtol=0, atol=allowed)
        and abs(info["diameter"] - diameter) <= _SAME_DIAMETER * diameter
    )


def _symmetry_faults(info: Mapping[str, Any]) -> Iterator[str]:
    for values in info.get("symmetries_discrete", ()):
        transform = np.asarray(values, float)
        if transform.shape != (16,) or transform[12:].tolist() != [0, 0, 0, 1]:
            yield "a discrete symmetry is no 4x4 transform"
            continue
        matrix = transform.reshape(4, 4)
        if not is_rotation(matrix[:3, :3].ravel()):
            yield "a discrete symmetry is not rigid"
        elif np.allclose(matrix, np.eye(4)):
            yield "the identity is listed as a symmetry"
    for entry in info.get("symmetries_continuous", ()):
        axis, offset = np.asarray(entry["axis"], float), np.asarray(entry["offset"], float)
        if axis.shape != (3,) or offset.shape != (3,) or abs(np.linalg.norm(axis) - 1) > 1e-6:
            yield "a continuous symmetry has no unit axis and offset"
