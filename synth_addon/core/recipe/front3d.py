"""Rooms of the 3D-FRONT data set."""

from __future__ import annotations

from .fields import Number, Section, number, parameter


class Front3dRecipe(Section):
    """Rooms of 3D-FRONT houses; each scene draws a house, then one of its rooms.

    Names are relative to the assets.front3d folder, or to the recipe's own folder without one.
    """

    scenes: str = parameter(
        "3D-FRONT/*.json",
        label="Scenes",
        help="House file or a pattern; all of them are read before the run",
        min_length=1,
    )
    models: str = parameter(
        "3D-FUTURE-model", label="Models", help="Folder of the furniture models", min_length=1
    )
    textures: str = parameter(
        "3D-FRONT-texture",
        label="Textures",
        help="Folder of the images of walls and floors",
        min_length=1,
    )
    room_type: str | None = parameter(
        None,
        label="Room Type",
        help="Only rooms whose type contains this, such as bedroom",
        min_length=1,
    )
    ceiling_strength: Number = number(
        0.8,
        low=0,
        high=1e4,
        label="Ceiling Strength",
        help="Emission of the ceiling: an even light where there are no lamps",
    )
    lamp_strength: Number = number(
        20,
        low=0,
        high=1e4,
        label="Lamp Strength",
        help="Emission of the lamps among the furniture; 0 leaves them dark",
    )
