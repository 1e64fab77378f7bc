"""Ranges of a Principled material."""

from __future__ import annotations

from .fields import Number, Section, number, parameter


class MaterialRecipe(Section):
    """Ranges of Blender's Principled BSDF, or a folder of image textures."""

    hue: Number = number(
        {"uniform": [0, 1]}, low=0, high=1, label="Hue", help="Base colour's hue around the circle"
    )
    saturation: Number = number(
        {"uniform": [0.2, 0.9]}, low=0, high=1, label="Saturation", help="Base colour's saturation"
    )
    value: Number = number(
        {"uniform": [0.2, 0.9]}, low=0, high=1, label="Value", help="Base colour's brightness"
    )
    metallic: Number = number(0, low=0, high=1, label="Metallic", help="0 is dielectric, 1 metal")
    roughness: Number = number(
        {"uniform": [0.2, 0.8]}, low=0, high=1, label="Roughness", help="0 is a mirror, 1 is chalk"
    )
    transmission: Number = number(0, low=0, high=1, label="Transmission", help="1 is clear glass")
    ior: Number = number(
        1.45, low=1, high=4, label="IOR", help="Index of refraction; 1.33 water, 1.5 glass"
    )
    texture: str | None = parameter(
        None,
        label="Texture Set",
        help="Folder of maps named as ambientCG does, or a pattern such as Wood*; relative to the "
        "assets.textures folder, or to the recipe's own folder without one",
        min_length=1,
    )
    texture_size_m: Number = number(
        1, low=1e-3, high=1e3, unit="m", label="Texture Size", help="Length one repeat covers"
    )
