"""Ranges of the light from all around, and of what the camera sees in its place."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from ..errors import Fault
from ..kind_choice import KindChoice, kinds_schema, parse_kinds
from .fields import Number, Section, number, parameter

ENVIRONMENT_KINDS = ("color", "hdri", "sky", "studio", "gradient")
EnvironmentKinds = Annotated[
    KindChoice,
    PlainValidator(partial(parse_kinds, known=ENVIRONMENT_KINDS)),
    PlainSerializer(KindChoice.to_json),
    WithJsonSchema(kinds_schema(ENVIRONMENT_KINDS)),
]
BACKDROP_KINDS = ("color", "photo")
BackdropKinds = Annotated[
    KindChoice,
    PlainValidator(partial(parse_kinds, known=BACKDROP_KINDS)),
    PlainSerializer(KindChoice.to_json),
    WithJsonSchema(kinds_schema(BACKDROP_KINDS)),
]


class SkyRecipe(Section):
    """A physical sky with its sun; exposed for the sun's height as a photographer would."""

    sun_elevation_deg: Number = number(
        {"uniform": [10, 75]},
        low=0,
        high=90,
        unit="deg",
        label="Sun Elevation",
        help="Above the horizon; low is warm",
    )
    sun_intensity: Number = number(
        1, low=0, high=10, label="Sun Intensity", help="Factor on the sun alone; 0 is shade"
    )
    sun_size_deg: Number = number(
        0.545, low=0.05, high=90, unit="deg", label="Sun Size", help="Large gives soft shadows"
    )
    air: Number = number(
        {"uniform": [0.7, 1.5]}, low=0, high=10, label="Air", help="Density; more is redder"
    )
    dust: Number = number(
        {"uniform": [0.4, 2]}, low=0, high=10, label="Dust", help="Density; more is hazier"
    )
    ground_value: Number = number(
        {"uniform": [0.3, 0.6]},
        low=0,
        high=1,
        label="Ground",
        help="Brightness of the grey ground below the horizon",
    )


class StudioRecipe(Section):
    """Soft boxes in the dark or before an even grey."""

    count: Number = number(
        {"uniform": [2, 4]}, low=1, high=16, whole=True, label="Count", help="Soft boxes in a scene"
    )
    elevation_deg: Number = number(
        {"uniform": [15, 75]}, low=-90, high=90, unit="deg", label="Elevation", help="Above horizon"
    )
    azimuth_deg: Number = number(
        {"uniform": [0, 360]}, low=-360, high=720, unit="deg", label="Azimuth", help="Around Z"
    )
    width_deg: Number = number(
        {"uniform": [25, 70]}, low=5, high=150, unit="deg", label="Width", help="Angle across"
    )
    height_deg: Number = number(
        {"uniform": [25, 70]}, low=5, high=150, unit="deg", label="Height", help="Angle upward"
    )
    strength: Number = number(
        {"uniform": [2, 6]},
        low=0,
        high=1e4,
        label="Strength",
        help="Radiance of each box; 1 shows as white at exposure 0",
    )
    temperature_k: Number = number(
        {"uniform": [4000, 8000]},
        low=1700,
        high=20000,
        unit="K",
        label="Temperature",
        help="Colour of each box as a black body; 6500 is neutral",
    )
    softness: Number = number(
        {"uniform": [0.1, 0.4]},
        low=0.05,
        high=1,
        label="Softness",
        help="Share of a box, from its edge inward, over which it fades",
    )
    surround_value: Number = number(
        {"uniform": [0.1, 0.5]},
        low=0,
        high=1,
        label="Surround",
        help="Brightness of the grey behind the boxes",
    )


class GradientRecipe(Section):
    """Two colours that merge from one end of the world to the other."""

    hue: Number = number({"uniform": [0, 1]}, low=0, high=1, label="Hue", help="Of each colour")
    saturation: Number = number(
        {"uniform": [0, 0.6]}, low=0, high=1, label="Saturation", help="Of each colour"
    )
    value: Number = number(
        {"uniform": [0.3, 1]}, low=0, high=1, label="Value", help="Of each colour"
    )
    tilt_deg: Number = number(
        {"uniform": [0, 60]},
        low=0,
        high=180,
        unit="deg",
        label="Tilt",
        help="Of the gradient's axis from the vertical",
    )


class BackdropRecipe(Section):
    """What the camera sees behind everything instead of the environment."""

    kind: BackdropKinds = parameter(
        "color", label="Kind", help="Even colour or photo, or both by weight"
    )
    file: str | None = parameter(
        None,
        label="Photo",
        help="Image file or a pattern such as *.jpg; relative to the assets.photos folder, or to "
        "the recipe's own folder without one",
        min_length=1,
    )
    strength: Number = number(1, low=0, high=1e3, label="Strength", help="Factor on the brightness")
    hue: Number = number({"uniform": [0, 1]}, low=0, high=1, label="Hue", help="Of the colour")
    saturation: Number = number(
        {"uniform": [0, 0.6]}, low=0, high=1, label="Saturation", help="Of the colour"
    )
    value: Number = number(
        {"uniform": [0.1, 0.9]}, low=0, high=1, label="Value", help="Of the colour"
    )

    @model_validator(mode="after")
    def _file_and_kind_agree(self) -> BackdropRecipe:
        if "photo" in self.kind.names and self.file is None:
            raise Fault("a photo backdrop needs a file", 'Set file, or kind to "color"')
        if "photo" not in self.kind.names and self.file is not None:
            raise Fault("file is not used by a colour backdrop", 'Set kind to "photo"')
        return self


class EnvironmentRecipe(Section):
    """The light from all around, seen where no geometry is."""

    kind: EnvironmentKinds = parameter(
        "color",
        label="Kind",
        help="Even colour, image, physical sky, soft boxes or gradient, or several by weight; in a "
        "mix, hdri is left out while assets.hdri is not set",
    )
    file: str | None = parameter(
        None,
        label="Image",
        help="Equirectangular .hdr or .exr, or a pattern such as *.hdr; relative to the "
        "assets.hdri folder, or to the recipe's own folder without one",
        min_length=1,
    )
    strength: Number = number(1, low=0, high=1e3, label="Strength", help="Factor on the light")
    indoor_factor: Number = number(
        20,
        low=0,
        high=1e4,
        label="Indoor Factor",
        help="Factor on top in rooms with windows, as a camera exposes for the room",
    )
    rotation_deg: Number = number(
        {"uniform": [0, 360]}, low=-360, high=720, unit="deg", label="Rotation", help="Around Z"
    )
    hue: Number = number({"uniform": [0, 1]}, low=0, high=1, label="Hue", help="Of the colour")
    saturation: Number = number(0, low=0, high=1, label="Saturation", help="Of the colour")
    value: Number = number(0.2, low=0, high=1, label="Value", help="Of the colour")
    sky: SkyRecipe = parameter(SkyRecipe(), label="Sky", help="Ranges of the physical sky")
    studio: StudioRecipe = parameter(StudioRecipe(), label="Studio", help="Ranges of soft boxes")
    gradient: GradientRecipe = parameter(
        GradientRecipe(), label="Gradient", help="Ranges of the colour gradient"
    )
    hide_from_camera: bool = parameter(
        False,
        label="Hide from Camera",
        help="Show the backdrop instead; the environment still lights the scene",
    )
    backdrop: BackdropRecipe = parameter(
        BackdropRecipe(), label="Backdrop", help="What the camera sees instead"
    )

    @model_validator(mode="after")
    def _file_and_kind_agree(self) -> EnvironmentRecipe:
        if "hdri" in self.kind.names and self.file is None:
            raise Fault("an hdri environment needs a file", 'Set file, or kind to "color"')
        if "hdri" not in self.kind.names and self.file is not None:
            names = " or ".join(self.kind.names)
            raise Fault(f"file is not used by kind {names}", 'Set kind to "hdri"')
        return self
