"""The room: its box, its windows and what stands in it."""

from __future__ import annotations

from pydantic import model_validator

from ..errors import Fault
from .fields import Number, Section, number, parameter
from .front3d import Front3dRecipe
from .furniture import FurnitureRecipe
from .materials import MaterialRecipe


def _painted(value: tuple[float, float], saturation: tuple[float, float]) -> MaterialRecipe:
    ranges = {"value": {"uniform": value}, "saturation": {"uniform": saturation}}
    return MaterialRecipe.model_validate(ranges)


class WindowsRecipe(Section):
    """Openings in the walls, through which the environment lights the room."""

    count: Number = number(
        0,
        low=0,
        high=40,
        whole=True,
        label="Count",
        help="Windows in the room, spread over walls drawn at random; a wall takes what fits",
    )
    width_m: Number = number(
        {"uniform": [0.8, 1.6]}, low=0.05, high=100, unit="m", label="Width", help="Of each window"
    )
    height_m: Number = number(
        {"uniform": [1.0, 1.5]}, low=0.05, high=100, unit="m", label="Height", help="Of each window"
    )
    sill_m: Number = number(
        {"uniform": [0.7, 1.0]},
        low=0,
        high=100,
        unit="m",
        label="Sill",
        help="Height of the lower edge above the floor",
    )


class RoomRecipe(Section):
    """A closed box room with its floor at height 0, centred on the origin, or one from files."""

    enabled: bool = parameter(True, label="Room", help="Build floor, walls and ceiling")
    floor_only: bool = parameter(
        False, label="Floor Only", help="Leave out walls and ceiling, so that the environment shows"
    )
    width_m: Number = number(4, low=0.1, high=1e3, unit="m", label="Width", help="Size along X")
    depth_m: Number = number(4, low=0.1, high=1e3, unit="m", label="Depth", help="Size along Y")
    height_m: Number = number(2.6, low=0.1, high=1e3, unit="m", label="Height", help="Size along Z")
    windows: WindowsRecipe = parameter(WindowsRecipe(), label="Windows", help="Openings in walls")
    furniture: dict[str, FurnitureRecipe] = parameter(
        {}, label="Furniture", help="Kinds of furniture by name"
    )
    front3d: Front3dRecipe | None = parameter(
        None,
        label="3D-FRONT",
        help="Furnished rooms of the 3D-FRONT data set in the place of the box",
    )
    floor: MaterialRecipe = parameter(
        _painted(value=(0.2, 0.7), saturation=(0, 0.5)),
        label="Floor",
        help="Material of the floor",
    )
    walls: MaterialRecipe = parameter(
        _painted(value=(0.5, 0.85), saturation=(0, 0.3)),
        label="Walls",
        help="Material of the four walls",
    )
    ceiling: MaterialRecipe = parameter(
        _painted(value=(0.7, 0.9), saturation=(0, 0.05)),
        label="Ceiling",
        help="Material of the ceiling",
    )

    @model_validator(mode="after")
    def _one_source(self) -> RoomRecipe:
        if self.front3d is not None and self.furniture:
            raise Fault(
                "furniture stands in the box room, and front3d brings a room of its own",
                "Remove furniture or front3d",
            )
        return self

    @property
    def is_from_files(self) -> bool:
        """Whether files bring the room with all that stands in it."""
        return self.enabled and self.front3d is not None
