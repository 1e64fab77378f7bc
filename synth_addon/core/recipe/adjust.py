"""Ranges of changes to the materials that a file brought."""

from __future__ import annotations

from .fields import Number, Section, number


def _offset(what: str) -> Number:
    return number(  # type: ignore[no-any-return]
        0, low=-1, high=1, label=f"{what} Offset", help="Added to the value or map, kept in 0 to 1"
    )


def _absolute(what: str) -> Number | None:
    return number(  # type: ignore[no-any-return]
        None, low=0, high=1, label=what, help="Replaces the value or map; without it they stay"
    )


class AdjustRecipe(Section):
    """Changes of the Principled materials that a file brought, of each object by itself."""

    hue_shift: Number = number(
        0, low=-0.5, high=0.5, label="Hue Shift", help="Turn of the base colour's hue, in turns"
    )
    saturation_factor: Number = number(
        1, low=0, high=4, label="Saturation Factor", help="On the base colour's saturation"
    )
    value_factor: Number = number(
        1, low=0, high=4, label="Value Factor", help="On the base colour's brightness"
    )
    roughness_offset: Number = _offset("Roughness")
    metallic_offset: Number = _offset("Metallic")
    specular_offset: Number = _offset("Specular")
    roughness: Number | None = _absolute("Roughness")
    metallic: Number | None = _absolute("Metallic")
    specular: Number | None = _absolute("Specular")
    texture_scale: Number = number(
        1, low=0.01, high=100, label="Texture Scale", help="Factor on the size of the images"
    )
    texture_rotation_deg: Number = number(
        0,
        low=-360,
        high=360,
        unit="deg",
        label="Texture Rotation",
        help="Turn of the images in texture space",
    )
