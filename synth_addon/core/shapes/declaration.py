"""How a shape is declared: its name, its parameters with their limits, and what builds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..errors import Fault
from ..mesh import TriangleMesh
from ..transforms import Array


@dataclass(frozen=True)
class ShapeParameter:
    """One number that shapes a mesh.

    Attributes:
        default: value taken when none is given.
        low, high: least and greatest allowed value, both included.
        unit: unit of all three, such as ``m``; empty for plain numbers.
        label: short name for people, in Title Case.
        help: one phrase without a final full stop.
    """

    default: float
    low: float
    high: float
    unit: str
    label: str
    help: str


@dataclass(frozen=True)
class Shape:
    """One kind of procedural mesh.

    Attributes:
        name: what recipes call it.
        label: short name for people, in Title Case.
        help: one phrase without a final full stop.
        parameters: by the keyword under which `build` takes each one; read-only.
        build: takes every parameter by keyword and returns a closed mesh around its own centre;
            raises `Fault` where values that are allowed one by one do not go together.
        check: takes the same and raises the same `Fault`s without building anything; None where
            all values within the limits go together. If the corners of a box of values pass,
            all values inside it pass.
        convex_parts: takes the same and returns the points (N, 3) of convex pieces, in the frame
            of `build`'s mesh, whose hulls together stand for the solid; None where its own hull
            does.
    """

    name: str
    label: str
    help: str
    parameters: Mapping[str, ShapeParameter]
    build: Callable[..., TriangleMesh]
    check: Callable[..., None] | None = None
    convex_parts: Callable[..., tuple[Array, ...]] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))


def length(
    default: float, label: str, help: str, *, low: float = 1e-3, high: float = 10.0
) -> ShapeParameter:
    """Declare a length in metres."""
    return ShapeParameter(default, low, high, "m", label, help)


def count(default: int, label: str, help: str, *, low: int, high: int) -> ShapeParameter:
    """Declare a number of things; what is drawn is rounded to whole ones."""
    return ShapeParameter(default, low, high, "", label, help)


def proportion(default: float, label: str, help: str, *, low: float, high: float) -> ShapeParameter:
    """Declare a plain number without a unit."""
    return ShapeParameter(default, low, high, "", label, help)


def check_at_most(name: str, value: float, greatest: float, larger: str) -> None:
    """Raise a `Fault` if the parameter `name` is greater than `greatest`.

    Args:
        larger: the parameters that could be raised instead.
    """
    if value > greatest:
        raise Fault(
            f"{name} {value:g} is too much for the other sizes",
            f"Set {name} to at most {greatest:g}, or raise {larger}",
        )
