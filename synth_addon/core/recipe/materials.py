"""Which kinds of material are drawn, and the ranges of each."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ..errors import Fault
from ..material_spec import Displacement, ProceduralKind
from .fields import Number, Section, number, parameter

MaterialKind = Literal["plain", "texture", "photo", ProceduralKind]
Weight = Annotated[float, Field(gt=0, le=1e6)]

FOLDER_OF_KIND: Mapping[MaterialKind, str] = {"texture": "textures", "photo": "photos"}
"""The entry of `assets` that the files of a kind come from."""


class MaterialRecipe(Section):
    """Kinds of material by weight, and the ranges that they are drawn from.

    Hue to IOR are inputs of Blender's Principled BSDF for plain materials. Flat, noise, checker
    and photo materials take colours, metallic and roughness from them as well; the other patterns
    bring colours and roughness that suit what they imitate.
    """

    kinds: dict[MaterialKind, Weight] = parameter(
        {},
        label="Kinds",
        help="Kinds of material with their weights; without it plain, or texture where a texture "
        "set is named. Kinds that need an asset folder are left out while it is not set and "
        "others remain",
    )
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
        help="Folder of maps named as ambientCG or Poly Haven do, or a pattern such as Wood*; "
        "relative to the assets.textures folder, or to the recipe's own folder without one",
        min_length=1,
    )
    texture_size_m: Number = number(
        1, low=1e-3, high=1e3, unit="m", label="Texture Size", help="Length one repeat covers"
    )
    texture_rotation_deg: Number = number(
        0,
        low=-360,
        high=360,
        unit="deg",
        label="Texture Rotation",
        help="Turn of the images on the surface",
    )
    displacement: Displacement = parameter(
        "off",
        label="Displacement",
        help="What a texture set's height map does: nothing, bump in shading, or true "
        "displacement, for floor, walls and ceiling alone",
    )
    displacement_m: Number = number(
        0.01,
        low=0,
        high=1,
        unit="m",
        label="Displacement Height",
        help="Height between black and white of the height map",
    )
    photo: str | None = parameter(
        None,
        label="Photo",
        help="Image of anything that becomes the colour, or a pattern such as *.jpg; relative to "
        "the assets.photos folder, or to the recipe's own folder without one",
        min_length=1,
    )
    photo_size_m: Number = number(
        {"log_uniform": [0.1, 1]},
        low=1e-3,
        high=1e3,
        unit="m",
        label="Photo Size",
        help="Length that a photo's width covers",
    )
    pattern_scale: Number = number(
        1,
        low=0.01,
        high=100,
        label="Pattern Scale",
        help="Factor on the natural size of bricks, tiles, grain and other patterns",
    )

    @model_validator(mode="after")
    def _files_and_kinds_agree(self) -> MaterialRecipe:
        for kind, given in (("texture", self.texture), ("photo", self.photo)):
            if kind in self.kinds and given is None:
                raise Fault(f"kinds has {kind}, and no {kind} is named", f'Set {kind}, as to "*"')
            if self.kinds and kind not in self.kinds and given is not None:
                raise Fault(f"{kind} is given and kinds lacks it", f"Add {kind} to kinds")
        return self

    @property
    def weights(self) -> Mapping[MaterialKind, float]:
        """The weights of the kinds, also where `kinds` is left out."""
        if self.kinds:
            return self.kinds
        named = {kind: 1.0 for kind in FOLDER_OF_KIND if getattr(self, kind) is not None}
        return named or {"plain": 1.0}

    def drawable(self, folders: Set[str]) -> Mapping[MaterialKind, float]:
        """Return the weights without kinds whose asset folder is not set, if others remain.

        Args:
            folders: names of the asset folders that are set.
        """
        left = {
            kind: weight
            for kind, weight in self.weights.items()
            if FOLDER_OF_KIND.get(kind) in {None, *folders}
        }
        return left or self.weights
