"""Ranges of lamps and of the surrounding light."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from ..errors import Fault
from .fields import Number, Section, number, parameter


class LightsRecipe(Section):
    """Lamps on a hemisphere shell around the room's centre, all drawn from the same ranges."""

    count: Number = number(1, low=0, high=64, whole=True, label="Count", help="Lamps in a scene")
    kind: Literal["point", "area", "sun", "spot"] = parameter(
        "area", label="Kind", help="Type of the lamps"
    )
    energy: Number = number(
        {"uniform": [30, 120]},
        low=0,
        high=1e6,
        label="Energy",
        help="Power in watts; W/m2 for the sun",
    )
    temperature_k: Number = number(
        {"uniform": [3000, 6500]},
        low=1700,
        high=20000,
        unit="K",
        label="Temperature",
        help="Colour as a black body; 6500 is neutral",
    )
    radius_m: Number = number(
        {"uniform": [1.2, 1.8]},
        low=0.01,
        high=1e3,
        unit="m",
        label="Distance",
        help="From the centre",
    )
    elevation_deg: Number = number(
        {"uniform": [40, 90]}, low=-90, high=90, unit="deg", label="Elevation", help="Above horizon"
    )
    azimuth_deg: Number = number(
        {"uniform": [0, 360]}, low=-360, high=720, unit="deg", label="Azimuth", help="Around Z"
    )
    size_m: Number = number(
        {"uniform": [0.2, 0.8]},
        low=0,
        high=100,
        unit="m",
        label="Size",
        help="Side of area lights, radius of others; large gives soft shadows",
    )


class EnvironmentRecipe(Section):
    """The light from all around, seen where no geometry is."""

    kind: Literal["color", "hdri"] = parameter("color", label="Kind", help="Even colour or image")
    file: str | None = parameter(
        None,
        label="Image",
        help="Equirectangular .hdr or .exr, or a pattern such as *.hdr; relative to the "
        "assets.hdri folder, or to the recipe's own folder without one",
        min_length=1,
    )
    strength: Number = number(1, low=0, high=1e3, label="Strength", help="Factor on the light")
    rotation_deg: Number = number(
        {"uniform": [0, 360]}, low=-360, high=720, unit="deg", label="Rotation", help="Around Z"
    )
    hue: Number = number({"uniform": [0, 1]}, low=0, high=1, label="Hue", help="Of the colour")
    saturation: Number = number(0, low=0, high=1, label="Saturation", help="Of the colour")
    value: Number = number(0.2, low=0, high=1, label="Value", help="Of the colour")

    @model_validator(mode="after")
    def _file_and_kind_agree(self) -> EnvironmentRecipe:
        if self.kind == "hdri" and self.file is None:
            raise Fault("an hdri environment needs a file", 'Set file, or kind to "color"')
        if self.kind == "color" and self.file is not None:
            raise Fault("file is not used by a colour environment", 'Set kind to "hdri"')
        return self
