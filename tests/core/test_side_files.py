"""The files that mesh files draw on: found, hashed, and refused where they are missing."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from synth_addon.core.asset_catalog import AssetCatalog, catalog_assets
from synth_addon.core.describe import dataset_info
from synth_addon.core.errors import AssetError
from synth_addon.core.recipe.loading import LoadedRecipe, validate_recipe
from synth_addon.core.side_files import side_files


def names(path: Path, *, with_looks: bool = True) -> list[str]:
    found = side_files(path, with_looks=with_looks)
    return [side.relative_to(path.parent).as_posix() for side in found]


def write(folder: Path, **content: str) -> None:
    for name, text in content.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


MTL = """newmtl wood
Kd 1 1 1
map_Kd maps/color.png
  map_Bump -bm 0.5 -s 1 1 1 normal map.png
#map_Ks never.png
"""


def obj_with_looks(folder: Path) -> Path:
    write(folder, a_obj="mtllib a.mtl\nv 0 0 0\n", a_mtl=MTL, maps__color_png="color")
    (folder / "normal map.png").write_text("normal")
    return folder / "a.obj"


def test_materials_and_textures_of_wavefront(tmp_path: Path) -> None:
    path = obj_with_looks(tmp_path)
    assert names(path) == ["a.mtl", "maps/color.png", "normal map.png"]
    assert names(path, with_looks=False) == []


def test_a_library_of_the_same_name_is_used_unasked(tmp_path: Path) -> None:
    write(tmp_path, a_obj="v 0 0 0\n", a_mtl="newmtl wood\n", b_mtl="newmtl other\n")
    assert names(tmp_path / "a.obj") == ["a.mtl"]


@pytest.mark.parametrize("written", ["C:\\maps\\x.png", "/nowhere/x.png", '"x.png"', "sub/x.png"])
def test_textures_are_found_by_the_last_part_of_their_name(tmp_path: Path, written: str) -> None:
    write(tmp_path, a_obj="mtllib a.mtl\n", a_mtl=f"map_Kd {written}\n", x_png="x")
    assert names(tmp_path / "a.obj") == ["a.mtl", "x.png"]


def test_buffers_and_images_of_gltf(tmp_path: Path) -> None:
    document = {
        "buffers": [{"uri": "my%20mesh.bin"}, {"uri": "data:,x"}, {}],
        "images": [{"uri": "maps/color.png"}, {"bufferView": 0}],
    }
    write(tmp_path, a_gltf=json.dumps(document), maps__color_png="color")
    (tmp_path / "my mesh.bin").write_text("mesh")
    assert names(tmp_path / "a.gltf") == ["my mesh.bin", "maps/color.png"]
    assert names(tmp_path / "a.gltf", with_looks=False) == ["my mesh.bin"]


def test_references_of_usd_and_textures_of_fbx(tmp_path: Path) -> None:
    write(tmp_path, a_usda="asset x = @./maps/color.png@\nasset y = @gone.png@\n", color_png="x")
    write(tmp_path, maps__color_png="x")
    name = b"maps\\color.png"
    node = b"\x10RelativeFilenameS" + struct.pack("<I", len(name)) + name
    (tmp_path / "a.fbx").write_bytes(b"Kaydara" + node + b"rest")
    assert names(tmp_path / "a.usda") == ["maps/color.png"]
    assert names(tmp_path / "a.fbx") == ["maps/color.png"]


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"buffers": 3}', '{"images": [3]}'])
def test_damaged_files_have_none(tmp_path: Path, text: str) -> None:
    write(tmp_path, a_gltf=text, a_obj=text)
    assert names(tmp_path / "a.gltf") == names(tmp_path / "a.obj") == []


@pytest.mark.parametrize(
    ("files", "mesh", "missing"),
    [
        ({"a_obj": "mtllib gone.mtl\n"}, "a.obj", "'a.obj' names 'gone.mtl'"),
        ({"a_obj": "", "a_mtl": "map_Kd gone.png\n"}, "a.obj", "'a.mtl' names 'gone.png'"),
        ({"a_gltf": '{"buffers": [{"uri": "gone.bin"}]}'}, "a.gltf", "'a.gltf' names 'gone.bin'"),
        ({"a_gltf": '{"images": [{"uri": "gone.png"}]}'}, "a.gltf", "'a.gltf' names 'gone.png'"),
    ],
)
def test_missing_files_are_named(
    tmp_path: Path, files: dict[str, str], mesh: str, missing: str
) -> None:
    write(tmp_path, **files)
    with pytest.raises(AssetError) as caught:
        side_files(tmp_path / mesh, with_looks=True)
    assert missing in str(caught.value)


# In the catalog


def loaded(folder: Path, **group: Any) -> LoadedRecipe:
    data = {"version": 1, "objects": {"thing": {"file": "kit/*.obj", **group}}}
    return LoadedRecipe(validate_recipe(data, "test"), folder)


def test_a_changed_texture_is_another_dataset(tmp_path: Path) -> None:
    obj_with_looks(tmp_path / "kit")
    recipe = loaded(tmp_path)

    def described() -> dict[str, Any]:
        return dict(dataset_info(recipe.recipe, catalog_assets(recipe), "renderer").recipe)

    before = described()
    assert set(before["assets"]) == {
        "kit/a.obj",
        "kit/a.mtl",
        "kit/maps/color.png",
        "kit/normal map.png",
    }
    (tmp_path / "kit" / "maps" / "color.png").write_text("another")
    assert described() != before


def test_a_texture_with_an_absolute_path_elsewhere_is_named_by_its_own_name(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere", color_png="color")
    mtl = f"map_Kd {tmp_path / 'elsewhere' / 'color.png'}\n"
    write(tmp_path, kit__a_obj="mtllib a.mtl\nv 0 0 0\n", kit__a_mtl=mtl)
    found = catalog_assets(loaded(tmp_path)).side_files
    assert found["kit/color.png"] == tmp_path / "elsewhere" / "color.png"


def test_side_files_are_no_images_to_be_checked(tmp_path: Path) -> None:
    obj_with_looks(tmp_path / "kit")
    found: AssetCatalog = catalog_assets(loaded(tmp_path))
    assert found.images == ()
    assert set(found.paths) == {"kit/a.obj"}


def test_a_group_with_a_material_needs_no_looks_of_the_file(tmp_path: Path) -> None:
    write(tmp_path, kit__a_obj="mtllib gone.mtl\n")
    assert catalog_assets(loaded(tmp_path, material={})).side_files == {}
    with pytest.raises(AssetError, match=r"gone\.mtl"):
        catalog_assets(loaded(tmp_path))
