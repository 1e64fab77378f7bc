"""How an object's orientation is drawn.

In JSON: ``"uniform"`` (every orientation equally likely), ``"upright"`` (only turned about the
vertical), ``{"upright": [0, 90]}`` (turned within a range of degrees), ``{"tilt": 15}`` (turned
freely, then tilted by at most so many degrees), ``{"fixed": [0, 0, 90]}`` (XYZ Euler, degrees).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .distributions import parse_distribution
from .errors import Fault
from .transforms import Array, multiply_quaternions, quaternion_about

Kind = Literal["uniform", "upright", "tilt", "fixed"]


@dataclass(frozen=True)
class Rotation:
    """An orientation's distribution.

    Attributes:
        kind: see the module.
        degrees: none for uniform; the yaw range for upright; the greatest tilt; three Euler
            angles for fixed.
    """

    kind: Kind
    degrees: tuple[float, ...] = ()

    def draw(self, rng: np.random.Generator) -> Array:
        """Draw a unit quaternion (w, x, y, z)."""
        if self.kind == "uniform":
            return _uniform_quaternion(rng)
        if self.kind == "upright":
            return _about_z(rng.uniform(self.degrees[0], self.degrees[1]))
        if self.kind == "tilt":
            return _tilted(self.degrees[0], rng)
        return _euler_xyz(self.degrees)

    def to_json(self) -> Any:
        """Return the JSON form."""
        if self.kind == "uniform" or self == UPRIGHT:
            return self.kind
        return {self.kind: self.degrees[0] if self.kind == "tilt" else list(self.degrees)}


UPRIGHT = Rotation("upright", (0.0, 360.0))
UNIFORM = Rotation("uniform")

_REMEDY = 'Write "uniform", "upright", {"upright": [0, 90]}, {"tilt": 15} or {"fixed": [0, 0, 90]}'


def parse_rotation(value: Any) -> Rotation:
    """Return the rotation that a JSON value states.

    Raises:
        Fault: the value is none of the forms.
    """
    if isinstance(value, Rotation):
        return value
    if value == "uniform":
        return UNIFORM
    if value == "upright":
        return UPRIGHT
    if not isinstance(value, Mapping) or len(value) != 1:
        raise Fault("not a rotation", _REMEDY)
    kind, body = next(iter(value.items()))
    if kind == "upright":
        return Rotation("upright", parse_distribution({"uniform": body}).support())
    if kind == "tilt":
        return _parse_tilt(body)
    if kind == "fixed" and isinstance(body, list | tuple) and len(body) == 3:
        return Rotation("fixed", tuple(parse_distribution(v).support()[0] for v in body))
    raise Fault("not a rotation", _REMEDY)


def _parse_tilt(body: Any) -> Rotation:
    low, high = parse_distribution(body).support()
    if low != high or not 0 <= high <= 180:
        raise Fault("tilt takes one number of degrees between 0 and 180", _REMEDY)
    return Rotation("tilt", (high,))


def _uniform_quaternion(rng: np.random.Generator) -> Array:
    """Shoemake, "Uniform random rotations", Graphics Gems III, 1992."""
    u, v, w = rng.uniform(size=3)
    a, b = math.sqrt(1 - u), math.sqrt(u)
    return np.array(
        [
            b * math.cos(2 * math.pi * w),
            a * math.sin(2 * math.pi * v),
            a * math.cos(2 * math.pi * v),
            b * math.sin(2 * math.pi * w),
        ]
    )


def _about_z(degrees: float) -> Array:
    return quaternion_about([0, 0, 1], math.radians(degrees))


def _tilted(greatest: float, rng: np.random.Generator) -> Array:
    """Tilt uniformly by area of the cap, in a random direction, after a random turn."""
    cos = rng.uniform(math.cos(math.radians(greatest)), 1.0)
    heading, turn = rng.uniform(0, 2 * math.pi, size=2)
    axis = [math.cos(heading), math.sin(heading), 0.0]
    tilt = quaternion_about(axis, math.acos(cos))
    return multiply_quaternions(tilt, quaternion_about([0, 0, 1], turn))


def _euler_xyz(degrees: tuple[float, ...]) -> Array:
    x, y, z = (math.radians(d) for d in degrees)
    about_zy = multiply_quaternions(quaternion_about([0, 0, 1], z), quaternion_about([0, 1, 0], y))
    return multiply_quaternions(about_zy, quaternion_about([1, 0, 0], x))
