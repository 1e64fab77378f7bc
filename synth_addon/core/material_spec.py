"""Materials with every choice made. Colours are linear RGB, angles radians, lengths metres."""

from __future__ import annotations

from typing import Literal

from .spec import Spec, Vector

Displacement = Literal["off", "bump", "true"]
ProceduralKind = Literal[
    "wood",
    "marble",
    "brick",
    "tile",
    "carpet",
    "concrete",
    "fabric",
    "metal",
    "plastic",
    "ceramic",
    "flat",
    "noise",
    "checker",
]


class TextureSpec(Spec):
    """A set of image files for one material; paths as the recipe names them.

    Attributes:
        color: the only map that every set has; multiplied by `ambient_occlusion`.
        normal_is_directx: whether the normal map's green points down the image, as DirectX has it.
        packed: occlusion in red, roughness in green and metalness in blue; maps of their own for
            these go before it.
        opacity: 0 is invisible in the picture; masks and depth count it as solid.
        size_m: length in metres that the width of the images covers.
        unwrapped: whether the images are painted for the mesh's own texture coordinates, which
            are then taken as they are.
        rotation: turn of the images about the surface's normal, radians.
        displacement: height map. As bump it replaces the normal map in shading; as true
            displacement it moves the surface inward by up to `displacement_m`.
        displacement_m: height in metres between black and white of the height map.
    """

    color: str
    normal: str | None = None
    normal_is_directx: bool = False
    roughness: str | None = None
    metalness: str | None = None
    ambient_occlusion: str | None = None
    packed: str | None = None
    opacity: str | None = None
    displacement: str | None = None
    displacement_method: Displacement = "off"
    displacement_m: float = 0.0
    size_m: float = 1.0
    rotation: float = 0.0
    unwrapped: bool = False


class ProceduralSpec(Spec):
    """A pattern computed by the shader; what each number does is up to its kind.

    Attributes:
        colors: main colour, second colour, and the colour of gaps, veins or specks.
        scale_m: length of the pattern's unit: of a brick, a tile, a tree ring, a thread.
        aspect: height of the unit over its length.
        gap_m: width of mortar, grout or the seam between planks; 0 for none.
        rotation: XYZ Euler angles of the pattern; patterns in the plane use the last alone.
        offset: shift of the pattern, so that no two look the same.
        distortion: how far the pattern strays from its regular form; 0 is not at all.
        variation: how strongly units, or parts of them, differ in colour; 0 to 1.
        bump_m: height of the relief that shading shows.
    """

    kind: ProceduralKind
    colors: tuple[Vector, Vector, Vector]
    scale_m: float = 0.1
    aspect: float = 1.0
    gap_m: float = 0.0
    rotation: Vector = (0.0, 0.0, 0.0)
    offset: Vector = (0.0, 0.0, 0.0)
    distortion: float = 0.0
    variation: float = 0.0
    bump_m: float = 0.0


class MaterialSpec(Spec):
    """Inputs of Blender's Principled BSDF.

    Texture maps replace the values they stand for; a procedural pattern replaces the colour and
    varies the roughness. At most one of the two is given.

    Attributes:
        base_color: also stands for the material where no shader is run.
    """

    base_color: Vector = (0.8, 0.8, 0.8)
    metallic: float = 0.0
    roughness: float = 0.5
    transmission: float = 0.0
    ior: float = 1.45
    emission_strength: float = 0.0
    texture: TextureSpec | None = None
    procedural: ProceduralSpec | None = None

    @property
    def moves_surface(self) -> bool:
        """Whether a height map moves the surface itself, not only its shading."""
        return self.texture is not None and self.texture.displacement_method == "true"


class AdjustSpec(Spec):
    """Changes of the Principled materials that a file brought.

    Attributes:
        hue_shift: turn of the base colour's hue, in turns.
        saturation_factor, value_factor: factors on the base colour's saturation and value.
        roughness_offset, metallic_offset, specular_offset: added to the input, kept in 0..1.
        roughness, metallic, specular: replace the input, map or value, where given.
        texture_scale: factor on the size of the images.
        texture_rotation: turn of the images in texture space, radians.
    """

    hue_shift: float = 0.0
    saturation_factor: float = 1.0
    value_factor: float = 1.0
    roughness_offset: float = 0.0
    metallic_offset: float = 0.0
    specular_offset: float = 0.0
    roughness: float | None = None
    metallic: float | None = None
    specular: float | None = None
    texture_scale: float = 1.0
    texture_rotation: float = 0.0
