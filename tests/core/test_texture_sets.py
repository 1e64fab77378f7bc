"""Which image of a texture folder is which map, and which way its normal map points."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from synth_addon.core.errors import AssetError
from synth_addon.core.texture_sets import find_maps, is_directx

AMBIENT_CG = {
    "color": "Color",
    "normal": "NormalGL",
    "roughness": "Roughness",
    "metalness": "Metalness",
    "ambient_occlusion": "AmbientOcclusion",
    "opacity": "Opacity",
    "displacement": "Displacement",
}
POLY_HAVEN = {
    "color": "diff",
    "normal": "nor_gl",
    "roughness": "rough",
    "metalness": "metal",
    "ambient_occlusion": "ao",
    "packed": "arm",
    "displacement": "disp",
}


def names(*files: str) -> list[Path]:
    return [Path(file) for file in sorted(files)]


def found(*files: str) -> dict[str, str]:
    return {role: path.name for role, path in find_maps(names(*files)).items()}


@pytest.mark.parametrize("middle", ["1K", "4K", "1K-JPG", "16K-PNG"])
def test_ambientcgs_layout(middle: str) -> None:
    files = {role: f"Wood049_{middle}_{end}.jpg" for role, end in AMBIENT_CG.items()}
    unwanted = f"Wood049_{middle}_NormalDX.jpg"
    assert found(*files.values(), unwanted) == files


@pytest.mark.parametrize("resolution", ["1k", "8k"])
def test_poly_havens_layout(resolution: str) -> None:
    files = {role: f"wood_floor_{end}_{resolution}.png" for role, end in POLY_HAVEN.items()}
    unwanted = f"wood_floor_nor_dx_{resolution}.png"
    assert found(*files.values(), unwanted) == files


def test_names_without_resolution() -> None:
    assert found("x_diff.png", "x_rough.png") == {"color": "x_diff.png", "roughness": "x_rough.png"}


def test_previews_and_other_images_are_no_maps() -> None:
    assert found("Wood049.png", "Wood049_PREVIEW.jpg", "diff.png") == {}


@pytest.mark.parametrize("directx", ["a_1K_NormalDX.jpg", "a_nor_dx_2k.jpg"])
def test_a_directx_map_is_taken_where_there_is_no_other(directx: str) -> None:
    assert found("a_Color.jpg", directx)["directx_normal"] == directx


def test_a_map_that_says_what_it_is_goes_before_one_that_does_not() -> None:
    maps = found("a_Normal.jpg", "a_NormalDX.jpg")
    assert maps == {"directx_normal": "a_NormalDX.jpg"}


def write_relief(folder: Path, *, directx: bool, height_map: bool = True) -> tuple[Path, Path]:
    """Write a smooth random relief and the normal map that follows from it."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:64, :64] * (2 * np.pi / 64)
    height = sum(
        rng.normal() * np.sin(a * x + b * y + rng.uniform(0, 6))
        for a in range(1, 4)
        for b in range(-3, 4)
    )
    along_x, down = np.gradient(height)[1], np.gradient(height)[0]
    up = down if not directx else -down
    normal = np.stack([-along_x, up, np.full_like(up, 2.0)], axis=2)
    normal /= np.linalg.norm(normal, axis=2, keepdims=True)
    folder.mkdir(exist_ok=True)
    paths = folder / "a_Normal.png", folder / "a_Displacement.png"
    Image.fromarray(((normal + 1) * 127.5).astype(np.uint8)).save(paths[0])
    scaled = (height - height.min()) / np.ptp(height)
    Image.fromarray((scaled * 65535).astype(np.uint16)).save(paths[1])
    if not height_map:
        paths[1].unlink()
    return paths


@pytest.mark.parametrize("directx", [True, False])
def test_the_height_map_tells_which_way_a_normal_map_points(tmp_path: Path, directx: bool) -> None:
    normal, height = write_relief(tmp_path, directx=directx)
    assert is_directx(normal, height) == directx
    maps = find_maps([height, normal])
    assert ("directx_normal" in maps) == directx
    assert ("normal" in maps) != directx


def test_a_normal_map_that_does_not_say_is_directx_without_a_height_map(tmp_path: Path) -> None:
    normal, _ = write_relief(tmp_path, directx=False, height_map=False)
    assert is_directx(normal, None)


def test_an_even_height_map_tells_nothing(tmp_path: Path) -> None:
    normal, height = write_relief(tmp_path, directx=False)
    Image.new("L", (64, 64), 128).save(height)
    assert is_directx(normal, height)


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n" + bytes(40)])
@pytest.mark.parametrize("which", [0, 1])
def test_unreadable_images_are_named(tmp_path: Path, content: bytes, which: int) -> None:
    paths = write_relief(tmp_path / "Rock", directx=False)
    paths[which].write_bytes(content)
    with pytest.raises(AssetError, match=f"Rock/{paths[which].name}.*Replace"):
        find_maps(list(paths))
