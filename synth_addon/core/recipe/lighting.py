"""Ranges of lamps and of emissive ceiling panels."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from ..kind_choice import KindChoice, kinds_schema, parse_kinds
from .fields import Number, Section, number, parameter

Row = tuple[float, float, float]

LIGHT_KINDS = ("point", "area", "sun", "spot")
LightKinds = Annotated[
    KindChoice,
    PlainValidator(partial(parse_kinds, known=LIGHT_KINDS)),
    PlainSerializer(KindChoice.to_json),
    WithJsonSchema(kinds_schema(LIGHT_KINDS)),
]


class RegionRecipe(Section):
    """A box in the world frame that lamps are drawn from."""

    x_m: Number = number(
        {"uniform": [-1, 1]}, low=-1e3, high=1e3, unit="m", label="X", help="Position along X"
    )
    y_m: Number = number(
        {"uniform": [-1, 1]}, low=-1e3, high=1e3, unit="m", label="Y", help="Position along Y"
    )
    z_m: Number = number(
        {"uniform": [1.5, 2.4]}, low=-1e3, high=1e3, unit="m", label="Z", help="Above the floor"
    )


class LightsRecipe(Section):
    """A group of lamps, on a shell around a point or in a region, that shine at the point.

    Lamps that would lie outside a closed room are moved inside it, and lamps among objects
    that start over the floor are raised above them; the sun is left where it is.
    """

    count: Number = number(1, low=0, high=64, whole=True, label="Count", help="Lamps in a scene")
    kind: LightKinds = parameter("area", label="Kind", help="Type of the lamps, or types by weight")
    energy: Number = number(
        {"uniform": [30, 120]},
        low=0,
        high=1e6,
        label="Energy",
        help="Power in watts; W/m2 for the sun where sun_energy is not given",
    )
    sun_energy: Number | None = number(
        None,
        low=0,
        high=1e4,
        label="Sun Energy",
        help="W/m2 of suns, for a mix of kinds; 3 is a clear day at exposure 0",
    )
    temperature_k: Number = number(
        {"uniform": [3000, 6500]},
        low=1700,
        high=20000,
        unit="K",
        label="Temperature",
        help="Colour as a black body; 6500 is neutral",
    )
    hue: Number = number({"uniform": [0, 1]}, low=0, high=1, label="Hue", help="Of the tint")
    saturation: Number = number(
        0, low=0, high=1, label="Saturation", help="Of a tint over the temperature; 0 is none"
    )
    center_m: Row = parameter(
        (0.0, 0.0, 0.0), unit="m", label="Center", help="Middle of the shell, and what lamps face"
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
    region: RegionRecipe | None = parameter(
        None, label="Region", help="Draw positions from this box instead of the shell"
    )
    size_m: Number = number(
        {"uniform": [0.2, 0.8]},
        low=0,
        high=100,
        unit="m",
        label="Size",
        help="Side of area lights, radius of others; large gives soft shadows",
    )
    spot_deg: Number = number(
        60, low=1, high=180, unit="deg", label="Spot Cone", help="Full angle of spot lights"
    )
    spot_blend: Number = number(
        0.15, low=0, high=1, label="Spot Blend", help="Share of the cone that fades out"
    )
    sun_angle_deg: Number = number(
        0.53, low=0, high=180, unit="deg", label="Sun Angle", help="Apparent size of suns"
    )


class PanelsRecipe(Section):
    """Luminous panels under the ceiling of a closed room, in rows and columns.

    Panels of one scene are alike. They are made smaller where the ceiling has no room for them.
    """

    count: Number = number(
        {"uniform": [1, 4]}, low=0, high=64, whole=True, label="Count", help="Panels in a scene"
    )
    width_m: Number = number(
        {"uniform": [0.3, 0.6]}, low=0.01, high=100, unit="m", label="Width", help="Size along X"
    )
    depth_m: Number = number(
        {"uniform": [0.6, 1.2]}, low=0.01, high=100, unit="m", label="Depth", help="Size along Y"
    )
    strength: Number = number(
        {"uniform": [12, 30]},
        low=0,
        high=1e4,
        label="Strength",
        help="Radiance in W/m2/sr; 1 shows as white at exposure 0",
    )
    temperature_k: Number = number(
        {"uniform": [3500, 6500]},
        low=1700,
        high=20000,
        unit="K",
        label="Temperature",
        help="Colour as a black body; 6500 is neutral",
    )
    jitter: Number = number(
        0,
        low=0,
        high=1,
        label="Jitter",
        help="Share of the free space between panels by which each is moved at random",
    )
