"""Which map of a material each image of a texture folder is, as ambientCG and Poly Haven name them.

ambientCG: ``Wood049_1K_Color.jpg``, newer ones ``Wood049_1K-JPG_Color.jpg``. Poly Haven:
``wood_floor_diff_1k.jpg``. Endings are compared without regard to case, resolution or format.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from .errors import AssetError
from .transforms import Array

_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "color": ("color", "basecolor", "diffuse", "diff", "albedo", "col"),
    "normal": ("normalgl", "nor_gl", "normal", "nor"),
    "directx_normal": ("normaldx", "nor_dx"),
    "roughness": ("roughness", "rough"),
    "metalness": ("metalness", "metallic", "metal"),
    "ambient_occlusion": ("ambientocclusion", "ao"),
    "packed": ("arm",),
    "opacity": ("opacity", "alpha"),
    "displacement": ("displacement", "disp", "height"),
}
_OPENGL = ("normalgl", "nor_gl")
_RESOLUTION = re.compile(r"_\d+k(-(jpg|png))?(?=_|$)")
_SIDE_PX = 256
_LEAST_CORRELATION = 0.1
"""Real sets were found at 0.23 to 0.99, of the expected sign each."""


def find_maps(images: Sequence[Path]) -> dict[str, Path]:
    """Return the image of each map that a folder has, by the names of `TextureSpec`'s fields.

    A normal map in DirectX's convention comes as ``directx_normal``, and only where there is none
    in OpenGL's. One that does not say (``_Normal``) is judged by `is_directx`.

    Raises:
        AssetError: an image that must be looked at cannot be read.
    """
    stems = [(image, _plain_stem(image)) for image in images]
    found: dict[str, Path] = {}
    for role, endings in _ENDINGS.items():
        for ending in endings:
            image = next((image for image, stem in stems if stem.endswith(f"_{ending}")), None)
            if image is not None:
                found[role] = image
                break
    return _one_normal(found)


def _plain_stem(image: Path) -> str:
    return _RESOLUTION.sub("", image.stem.lower())


def _one_normal(found: dict[str, Path]) -> dict[str, Path]:
    normal = found.get("normal")
    if normal is None:
        return found
    if not _plain_stem(normal).endswith(_OPENGL):
        if "directx_normal" in found:
            del found["normal"]
            return found
        if is_directx(normal, found.get("displacement")):
            found["directx_normal"] = found.pop("normal")
            return found
    found.pop("directx_normal", None)
    return found


def is_directx(normal: Path, displacement: Path | None) -> bool:
    """Return whether a normal map's green points down the image.

    A surface that rises down the image leans up the image, so in OpenGL's convention green grows
    with the height map's gradient down the image, and in DirectX's against it. Without a height
    map, or where the two hardly agree, the map counts as DirectX: so are ambientCG's files that
    end in ``_Normal`` alone.

    Raises:
        AssetError: an image cannot be read.
    """
    if displacement is None or {normal.suffix.lower(), displacement.suffix.lower()} & {".exr"}:
        return True
    green = _pixels(normal, "RGB")[..., 1]
    height = _pixels(displacement, "F")
    slope = np.roll(height, -1, axis=0) - np.roll(height, 1, axis=0)
    spread = float(green.std() * slope.std())
    if not spread:
        return True
    agreement = float(np.mean((green - green.mean()) * (slope - slope.mean()))) / spread
    return agreement < _LEAST_CORRELATION


def _pixels(path: Path, mode: str) -> Array:
    from PIL import Image  # slow to import, and needed for unnamed conventions alone

    try:
        with Image.open(path) as image:
            small = image.convert(mode).resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BOX)
    except (OSError, SyntaxError, ValueError) as error:
        raise AssetError(
            f"{path.parent.name}/{path.name} cannot be read as an image. Replace the file"
        ) from error
    return np.asarray(small, dtype=float)
