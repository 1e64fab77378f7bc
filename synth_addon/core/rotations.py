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

from .distributions import Constant, parse_distribution, plain
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
    match kind:
        case "upright":
            low, high = _angles(kind, body, 2, -360, 720)
            if low > high:
                raise Fault(
                    f"the range is reversed: {plain(low)} is greater than {plain(high)}",
                    f'Write {{"upright": [{plain(high)}, {plain(low)}]}}',
                )
            return Rotation("upright", (low, high))
        case "tilt":
            return Rotation("tilt", _angles(kind, [body], 1, 0, 180))
        case "fixed":
            return Rotation("fixed", _angles(kind, body, 3, -360, 360))
    raise Fault(f"unknown rotation {kind!r}", _REMEDY)


def _angles(kind: str, body: Any, count: int, least: float, most: float) -> tuple[float, ...]:
    """Return `count` checked angles in degrees."""
    angles = [parse_distribution(v) for v in body] if isinstance(body, list | tuple) else []
    numbers = tuple(angle.value for angle in angles if isinstance(angle, Constant))
    if len(numbers) != count or len(angles) != count:
        what = "one number" if count == 1 else f"{count} numbers"
        raise Fault(f"{kind} takes {what} of degrees", _REMEDY)
    if min(numbers) < least or max(numbers) > most:
        raise Fault(f"{kind} is too large an angle", f"Stay within {least} to {most} degrees")
    return numbers


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
