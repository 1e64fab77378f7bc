"""The room: its box, its windows and what stands in it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from ..errors import Fault
from .fields import Number, Section, number, parameter
from .front3d import Front3dRecipe
from .furniture import FurnitureRecipe
from .materials import MaterialRecipe


def _painted(value: tuple[float, float], saturation: tuple[float, float]) -> MaterialRecipe:
    ranges = {"value": {"uniform": value}, "saturation": {"uniform": saturation}}
    return MaterialRecipe.model_validate(ranges)


_Side = Annotated[float, Field(gt=0, le=1e3)]
RoomSize = tuple[_Side, _Side, _Side]


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
    file: str | None = parameter(
        None,
        label="File",
        help="A file of one's own in the place of the box, such as room.blend or room.glb, with "
        "its floor at height 0; relative to the assets.models folder, or to the recipe's own",
        min_length=1,
    )
    open_collection: str | None = parameter(
        None,
        names="collection",
        label="Open Collection",
        help="Collection of the open .blend file in the place of the box, as for a file",
        min_length=1,
    )
    file_size_m: RoomSize | None = parameter(
        None,
        unit="m",
        label="Inner Size",
        help="Inner width, depth and height around the origin of a room from a file, in which "
        "objects and cameras stay; without it, from the box of its meshes",
    )
    file_lights: bool = parameter(
        False, label="File Lights", help="Let the lamps of the room's file shine"
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
        given = [
            name
            for name in ("furniture", "front3d", "file", "open_collection")
            if getattr(self, name)
        ]
        if len(given) > 1:
            raise Fault(
                f"{' and '.join(given)} do not go together: furniture stands in the box room, "
                "the others bring a room of their own",
                "Keep one of them",
            )
        if self.file_lights and self.file is None:
            raise Fault("file_lights belongs to file", "Remove it, or add file")
        if self.file_size_m is not None and self.file is None and self.open_collection is None:
            raise Fault(
                "file_size_m belongs to file and open_collection", "Remove it, or add one of them"
            )
        return self

    @property
    def is_from_files(self) -> bool:
        """Whether files bring the room with all that stands in it."""
        sources = (self.front3d, self.file, self.open_collection)
        return self.enabled and any(source is not None for source in sources)
