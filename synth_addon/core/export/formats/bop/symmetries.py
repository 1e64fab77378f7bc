"""Symmetries of a recipe group as ``models_info.json`` states them.

BOP wants all discrete symmetries one by one, so the turns about several axes are multiplied until
no new ones appear. The identity is left out. A continuous one is an axis and a point on it. What
follows from a continuous and a discrete axis together is found by the toolkit
(``misc.get_symmetry_transformations``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ....errors import DatasetError
from ....transforms import Array, quaternion_about, rotation_from_quaternion, transform_from

MOST_SYMMETRIES = 1000
_SAME_ROTATION = 4e-3
"""Frobenius norm of a difference. Elements of a group of 1000 turns differ by twice as much; axes
given with four digits differ by less."""
_SAME_PLACE = 1e-3
"""Share of the diameter."""


def symmetry_records(
    symmetries: Sequence[Mapping[str, Any]], scale: float, diameter: float, group: str
) -> dict[str, Any]:
    """Return the entries of ``models_info.json``, none where there is no symmetry.

    Args:
        symmetries: of the recipe, offsets in metres before the scale.
        scale: uniform factor on the asset's mesh.
        diameter: of the scaled model, in millimetres.
        group: named where it is refused.

    Raises:
        DatasetError: the axes have more than 1000 symmetries.
    """
    millimetres = 1000 * scale
    turns = [_turn(entry, millimetres) for entry in symmetries if entry["folds"]]
    discrete = symmetry_group(turns, _SAME_PLACE * diameter, group)[1:]
    continuous = [
        {
            "axis": _plain(np.asarray(entry["axis"], float) / np.linalg.norm(entry["axis"])),
            "offset": _plain(millimetres * np.asarray(entry["offset_m"], float)),
        }
        for entry in symmetries
        if not entry["folds"]
    ]
    records: dict[str, Any] = {}
    if len(discrete):
        records["symmetries_discrete"] = [_plain(element.ravel()) for element in discrete]
    if continuous:
        records["symmetries_continuous"] = continuous
    return records


def symmetry_group(turns: Sequence[Array], same_place: float, group: str) -> Array:
    """Return all products (N, 4, 4) of rigid transforms (4, 4), the identity first.

    Args:
        same_place: how far translations may differ that count as equal.
        group: named where it is refused.

    Raises:
        DatasetError: there are more than 1000.
    """
    elements = np.empty((MOST_SYMMETRIES + len(turns), 4, 4))
    elements[0], count, walked = np.eye(4), 1, 0
    while walked < count:
        for turn in turns:
            product = turn @ elements[walked]
            if not _holds(elements[:count], product, same_place):
                elements[count] = product
                count += 1
        walked += 1
        if count > MOST_SYMMETRIES:
            raise DatasetError(
                f"objects.{group}.symmetries: the axes make more than {MOST_SYMMETRIES} "
                "symmetries. Let all axes meet in one point, give more digits, make folds smaller "
                "or 0 for every angle, and generate again"
            )
    return elements[:count]


def _turn(entry: Mapping[str, Any], millimetres: float) -> Array:
    """Return the smallest turn about one axis: x to R (x - offset) + offset."""
    rotation = rotation_from_quaternion(quaternion_about(entry["axis"], 2 * np.pi / entry["folds"]))
    offset = millimetres * np.asarray(entry["offset_m"], float)
    return transform_from(rotation, offset - rotation @ offset)


def _holds(elements: Array, wanted: Array, same_place: float) -> bool:
    difference = elements - wanted
    turned = np.linalg.norm(difference[:, :3, :3], axis=(1, 2))
    moved = np.linalg.norm(difference[:, :3, 3], axis=1)
    return bool(((turned < _SAME_ROTATION) & (moved <= same_place)).any())


def _plain(values: Array) -> list[float]:
    """Return numbers without the noise of the last digits, and without a negative zero."""
    return [float(value) for value in np.round(values, 12) + 0.0]
