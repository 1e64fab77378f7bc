"""What the families share: plain ranges, colours by hue, and a place in the pattern."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...colors import linear_from_hsv
from ...spec import Vector

_FAR_M = 5.0
_TURN = 2 * math.pi


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a number evenly between two limits."""
    return float(rng.uniform(low, high))


def hsv(hue: float, saturation: float, value: float) -> Vector:
    """Return a linear colour; hue wraps around, the others are kept in 0..1."""
    s, v = (min(max(part, 0.0), 1.0) for part in (saturation, value))
    return linear_from_hsv(hue % 1.0, s, v)


def one_of(rng: np.random.Generator, options: Sequence[Vector]) -> Vector:
    """Draw one of several triples."""
    return options[int(rng.integers(len(options)))]


def varied(rng: np.random.Generator, color: Vector, by: float) -> Vector:
    """Return a hue, saturation and value with the last two moved by up to `by`."""
    hue, saturation, value = color
    return hue, saturation + between(rng, -by, by), value + between(rng, -by, by)


def offset(rng: np.random.Generator) -> Vector:
    """Draw where in an endless pattern a material lies, metres."""
    x, y, z = (between(rng, -_FAR_M, _FAR_M) for _ in range(3))
    return x, y, z


def any_turn(rng: np.random.Generator) -> Vector:
    """Draw Euler angles of a turn in space; evenness over all turns does not matter here."""
    x, y, z = (between(rng, 0.0, _TURN) for _ in range(3))
    return x, y, z
