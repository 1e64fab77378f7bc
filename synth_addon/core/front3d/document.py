"""The JSON file of one 3D-FRONT house, checked: what is read of it, and the errors it may hold.

Coordinates are metres with y up. The layout is described by Fu et al., "3D-FRONT: 3D Furnished
Rooms with layOuts and semaNTics", ICCV 2021, and by the toolbox of its authors.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ..errors import AssetError

Finite = Annotated[float, Field(allow_inf_nan=False)]
Triple = tuple[Finite, Finite, Finite]


class _Part(BaseModel):
    """Base of the parts: frozen; keys that are not read are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


class FurnitureEntry(_Part):
    """A model that the house uses. `jid` names its folder."""

    uid: str
    jid: str
    category: str | None = None
    title: str | None = None
    valid: bool = True


class MaterialEntry(_Part):
    """A finish. `texture` is not empty where the folder `jid` holds an image; `color` is sRGB."""

    uid: str
    jid: str = ""
    texture: str = ""
    color: tuple[Finite, ...] = ()
    uv_transform: tuple[Finite, ...] | None = Field(None, alias="UVTransform")

    @field_validator("jid", "texture", mode="before")
    @classmethod
    def _nothing_is_empty(cls, value: object) -> object:
        return "" if value is None else value

    @field_validator("color", mode="before")
    @classmethod
    def _no_color(cls, value: object) -> object:
        return () if value is None else value

    @field_validator("uv_transform")
    @classmethod
    def _nine_numbers(cls, value: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if value is not None and len(value) != 9:
            raise ValueError(f"{len(value)} numbers are no 3x3 matrix")
        return value


class MeshEntry(_Part):
    """A wall, floor or other part of the building, as flat lists of numbers."""

    uid: str
    type: str = ""
    material: str | None = None
    xyz: tuple[Finite, ...]
    uv: tuple[float | None, ...] = ()
    faces: tuple[Annotated[int, Field(ge=0)], ...]

    @model_validator(mode="after")
    def _consistent(self) -> MeshEntry:
        if len(self.xyz) % 3 or len(self.faces) % 3:
            raise ValueError("xyz or faces does not consist of triples")
        if self.faces and max(self.faces) >= len(self.xyz) // 3:
            raise ValueError(f"faces name vertex {max(self.faces)} of {len(self.xyz) // 3}")
        return self


class Child(_Part):
    """Something that stands in a room: what, and where. `rot` is a quaternion (x, y, z, w)."""

    ref: str
    pos: Triple = (0.0, 0.0, 0.0)
    rot: tuple[Finite, Finite, Finite, Finite] = (0.0, 0.0, 0.0, 1.0)
    scale: Triple = (1.0, 1.0, 1.0)

    @field_validator("rot")
    @classmethod
    def _turns(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if np.linalg.norm(value) < 1e-6:
            raise ValueError("a quaternion of zeros is no rotation")
        return value

    @field_validator("scale")
    @classmethod
    def _has_size(cls, value: Triple) -> Triple:
        if not all(value):
            raise ValueError("a scale of 0 leaves nothing")
        return value


class RoomEntry(_Part):
    """One room. `type` is such as ``MasterBedroom``."""

    type: str = ""
    instanceid: str
    children: tuple[Child, ...] = ()


class _Scene(_Part):
    room: tuple[RoomEntry, ...]


class House(_Part):
    """One file."""

    furniture: tuple[FurnitureEntry, ...] = ()
    material: tuple[MaterialEntry, ...] = ()
    mesh: tuple[MeshEntry, ...] = ()
    scene: _Scene

    @cached_property
    def meshes(self) -> dict[str, MeshEntry]:
        """The parts of the building by uid."""
        return {entry.uid: entry for entry in self.mesh}

    @cached_property
    def materials(self) -> dict[str, MaterialEntry]:
        """The finishes by uid."""
        return {entry.uid: entry for entry in self.material}

    @cached_property
    def models(self) -> dict[str, FurnitureEntry]:
        """The furniture by uid."""
        return {entry.uid: entry for entry in self.furniture}


def read_house(name: str, path: Path) -> House:
    """Read one file.

    Args:
        name: what messages call it.

    Raises:
        AssetError: it cannot be read, or a value in it cannot be used; names the place.
    """
    try:
        return House.model_validate_json(path.read_bytes())
    except OSError as error:
        raise AssetError(f"{name!r} cannot be read: {error.strerror}. Allow reading it") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = str(first["msg"]).replace("Value error, ", "").replace("Input should", "should")
        where = f"at {place}: " if place else ""
        raise AssetError(
            f"{name!r} is no sound 3D-FRONT house: {where}{reason}. Restore or remove the file"
        ) from error
