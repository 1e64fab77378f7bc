"""Meshes, textures and environments from files: what is read, and what is refused."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import bpy
import numpy as np
import pytest
from PIL import Image

from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.asset_catalog import catalog_assets
from synth_addon.core.camera import Intrinsics
from synth_addon.core.errors import AssetError
from synth_addon.core.recipe.loading import LoadedRecipe, validate_recipe
from synth_addon.core.rendered_frame import RenderedFrame
from synth_addon.core.scene_spec import EnvironmentSpec, MaterialSpec, TextureSpec
from synth_addon.core.settling import settle_scene
from synth_addon.core.timing import PartTimes

from .blocks import (
    CORNERS,
    SIZE,
    WRITERS,
    Loader,
    gltf_parts,
    nan_gltf,
    obj_text,
    ply_text,
    volume,
    write_blend,
    write_obj,
)
from .scenes import scene_of, thing, view_from

ABOVE = view_from((0, -0.001, 1), clip=(0.001, 10))
LENS = Intrinsics(width=32, height=32, fx=30.0, fy=30.0, cx=16.0, cy=16.0)
SMALL = ABOVE.model_copy(update={"intrinsics": LENS})


@pytest.mark.parametrize("suffix", list(WRITERS))
def test_file_formats(loader: Loader, suffix: str) -> None:
    WRITERS[suffix](loader.folder / f"block{suffix}")
    mesh = loader.load(f"block{suffix}")
    low, high = mesh.bounds
    assert low == pytest.approx((0, 0, 0), abs=1e-6)
    assert high == pytest.approx(SIZE, abs=1e-6)
    assert len(mesh.triangles) == 12
    assert volume(mesh) == pytest.approx(np.prod(SIZE))


@pytest.mark.parametrize("suffix", list(WRITERS))
@pytest.mark.parametrize("unit_m", [0.001, 0.01])
def test_units(loader: Loader, suffix: str, unit_m: float) -> None:
    WRITERS[suffix](loader.folder / f"block{suffix}")
    mesh = loader.load(f"block{suffix}", unit_m=unit_m)
    assert mesh.bounds[1] == pytest.approx(unit_m * np.array(SIZE), rel=1e-5)


@pytest.mark.parametrize("suffix", [".OBJ", ".Glb"])
def test_suffix_in_capitals(loader: Loader, suffix: str) -> None:
    WRITERS[suffix.lower()](loader.folder / f"block{suffix}")
    assert loader.load(f"block{suffix}").bounds[1] == pytest.approx(SIZE, abs=1e-6)


def test_meshes_of_one_file_are_joined(loader: Loader) -> None:
    text = obj_text("one") + obj_text("two", offset=1.0, first=9)
    (loader.folder / "two.obj").write_text(text)
    mesh = loader.load("two.obj")
    assert (len(mesh.vertices), len(mesh.triangles)) == (16, 24)
    assert mesh.bounds[1] == pytest.approx((1.1, 0.2, 0.3), abs=1e-6)
    assert volume(mesh) == pytest.approx(2 * np.prod(SIZE))


def test_objects_of_a_blend_are_joined_where_they_are(loader: Loader) -> None:
    write_blend(loader.folder / "two.blend", {"one": 0.0, "two": 2.0})
    assert loader.load("two.blend").bounds[1] == pytest.approx((2.1, 0.2, 0.3), abs=1e-6)


@pytest.mark.parametrize("suffix", [".blend", ".obj"])
def test_one_object_by_name(loader: Loader, suffix: str) -> None:
    write_blend(loader.folder / "two.blend", {"one": 0.0, "two": 2.0})
    (loader.folder / "two.obj").write_text(obj_text("one") + obj_text("two", 2.0, first=9))
    mesh = loader.load(f"two{suffix}", object="two")
    assert mesh.bounds[0] == pytest.approx((2, 0, 0), abs=1e-6)
    assert len(mesh.triangles) == 12


def test_copies_have_names_of_their_own(loader: Loader) -> None:
    write_blend(loader.folder / "cups.blend", {"cup": 0.0, "cup.001": 1.0, "cup.002": 2.0})
    for name, place in (("cup", 0), ("cup.001", 1), ("cup.002", 2)):
        assert loader.load("cups.blend", object=name).bounds[0][0] == pytest.approx(place)


def test_object_named_as_one_in_the_open_file(loader: Loader) -> None:
    write_blend(loader.folder / "block.blend", {"block": 1.0})
    mine = bpy.data.objects.new("block", None)
    try:
        mesh = loader.load("block.blend", object="block")
        assert mesh.bounds[0] == pytest.approx((1, 0, 0), abs=1e-6)
    finally:
        bpy.data.objects.remove(mine)


def test_importing_keeps_selection_and_adds_no_object(loader: Loader) -> None:
    mine = bpy.data.objects.new("mine", None)
    bpy.context.scene.collection.objects.link(mine)
    layer = bpy.context.view_layer
    layer.objects.active = mine
    mine.select_set(True)
    before = set(bpy.data.objects)
    try:
        for suffix, write in WRITERS.items():
            write(loader.folder / f"block{suffix}")
            loader.load(f"block{suffix}")
            assert set(bpy.data.objects) == before
            assert layer.objects.active == mine
            assert mine.select_get()
    finally:
        bpy.data.objects.remove(mine)


def test_a_file_is_read_once(loader: Loader) -> None:
    write_obj(loader.folder / "block.obj")
    first = loader.load("block.obj")
    (loader.folder / "block.obj").unlink()
    assert loader.load("block.obj") is first


def rendered(loader: Loader, name: str) -> RenderedFrame:
    scene = loader.scene(name)
    loader.renderer.load(scene.spec)
    loader.renderer.build(scene)
    return loader.renderer.render(SMALL)


@pytest.mark.parametrize("suffix", [".glb", ".gltf"])
def test_materials_of_the_file_are_kept(loader: Loader, suffix: str) -> None:
    WRITERS[suffix](loader.folder / f"block{suffix}")
    frame = rendered(loader, f"block{suffix}")
    red, green, blue = frame.rgb[frame.instance_ids == 1].mean(axis=0)
    assert red > 3 * max(green, blue)


def test_parts_keep_their_own_materials(loader: Loader) -> None:
    (loader.folder / "two.mtl").write_text("newmtl red\nKd 1 0 0\nnewmtl blue\nKd 0 0 1\n")
    parts = ["mtllib two.mtl\n"]
    for i, (name, color) in enumerate((("one", "red"), ("two", "blue"))):
        text = obj_text(name, offset=0.12 * i - 0.1, first=1 + 8 * i)
        parts.append(text.replace("f ", f"usemtl {color}\nf ", 1))
    (loader.folder / "two.obj").write_text("".join(parts))
    frame = rendered(loader, "two.obj")
    colors = frame.rgb[frame.instance_ids == 1].astype(float)
    left, right = colors[colors[:, 0] > colors[:, 2]], colors[colors[:, 2] > colors[:, 0]]
    assert len(left) > 5
    assert len(right) > 5


def test_files_leave_nothing_behind(tmp_path: Path) -> None:
    for suffix, write in WRITERS.items():
        write(tmp_path / f"block{suffix}")
    before = set(bpy.data.user_map())
    loader = Loader(tmp_path)
    for suffix in WRITERS:
        loader.load(f"block{suffix}")
    loader.renderer.close()
    left = set(bpy.data.user_map()) - before
    assert not left


def bad_files() -> dict[str, bytes | str]:
    block, (description, data) = obj_text(), gltf_parts()
    points = "".join(f"v {x} {y} {z}\n" for x, y, z in CORNERS)
    flat = "\n".join("v 1 1 1" for _ in range(3)) + "\nf 1 2 3\n"
    no_buffer = description | {"buffers": [{"byteLength": 1, "uri": "no.bin"}]}
    return {
        "no_faces.obj": points,
        "nothing.obj": "# nothing\n",
        "garbage.obj": bytes(range(256)) * 20,
        "nan.obj": block.replace("v 0.1", "v nan"),
        "infinite.obj": block.replace("v 0.1", "v inf"),
        "zero_size.obj": flat,
        "nan.ply": ply_text().replace("0.1", "nan"),
        "garbage.ply": bytes(range(256)) * 20,
        "nothing.ply": "ply\nformat ascii 1.0\nelement vertex 0\nend_header\n",
        "truncated.ply": "ply\nformat ascii 1.0\nelement vertex 8\nproperty float x\n",
        "garbage.glb": bytes(range(256)) * 20,
        "garbage.gltf": "{",
        "no_mesh.gltf": json.dumps({"asset": {"version": "2.0"}}),
        "no_buffer.gltf": json.dumps(no_buffer),
        "nan.gltf": nan_gltf(),
        "truncated.glb": struct.pack("<4sII", b"glTF", 2, 1000) + data[:10],
        "garbage.blend": bytes(range(256)) * 20,
        "truncated.blend": b"BLENDER-v405" + bytes(40),
    }


@pytest.mark.parametrize("name", bad_files())
def test_unusable_files_are_refused_by_name(loader: Loader, name: str) -> None:
    content = bad_files()[name]
    path = loader.folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = set(bpy.data.objects)
    with pytest.raises(AssetError, match=name) as caught:
        loader.load(name)
    print(f"\n{caught.value}")
    assert set(bpy.data.objects) == before


@pytest.mark.parametrize("suffix", list(WRITERS))
def test_unknown_object_names_are_refused_and_known_ones_told(loader: Loader, suffix: str) -> None:
    WRITERS[suffix](loader.folder / f"block{suffix}")
    with pytest.raises(AssetError, match=f"block{suffix}.*has no object 'cup'.*block"):
        loader.load(f"block{suffix}", object="cup")


def test_blend_without_meshes_is_refused(loader: Loader) -> None:
    empty = bpy.data.objects.new("nothing", None)
    bpy.data.libraries.write(str(loader.folder / "empty.blend"), {empty})
    bpy.data.objects.remove(empty)
    with pytest.raises(AssetError, match=r"empty\.blend"):
        loader.load("empty.blend")


def write_texture_set(folder: Path, color: tuple[int, int, int]) -> None:
    folder.mkdir()
    maps = {
        "Color": color,
        "NormalGL": (128, 128, 255),
        "Roughness": (200,) * 3,
        "Metalness": (0,) * 3,
    }
    for kind, value in maps.items():
        Image.new("RGB", (4, 4), value).save(folder / f"{folder.name}_1K_{kind}.png")


def recipe_in(folder: Path, **sections: object) -> LoadedRecipe:
    values = {
        "version": 1,
        "views_per_scene": 1,
        "objects": {"cube": {"shape": "cube", "material": {}}},
        "physics": {"enabled": False},
        "render": {"samples": 4, "denoise": "off", "view_transform": "Standard"},
        "camera": {"width_px": 32, "height_px": 32, "elevation_deg": 60},
    }
    return LoadedRecipe(validate_recipe(values | sections, "test"), folder)


def frame_of(loaded: LoadedRecipe) -> RenderedFrame:
    catalog = catalog_assets(loaded)
    renderer = BlenderRenderer(catalog.paths)
    try:
        renderer.preload((), catalog.paths)
        settled, _ = settle_scene(loaded.recipe, catalog, renderer, 0, PartTimes())
        renderer.build(settled)
        return renderer.render(settled.views[0])
    finally:
        renderer.close()


@pytest.mark.parametrize("color", [(220, 20, 20), (20, 20, 220)])
def test_texture_set_on_the_floor(tmp_path: Path, color: tuple[int, int, int]) -> None:
    write_texture_set(tmp_path / "Floor001", color)
    floor = {"floor_only": True, "floor": {"texture": "Floor*", "texture_size_m": 0.5}}
    before = set(bpy.data.user_map())
    frame = frame_of(recipe_in(tmp_path, room=floor))
    found = frame.rgb[frame.instance_ids == 0].astype(float).mean(axis=0)
    assert int(found.argmax()) == int(np.argmax(color))
    assert found.max() > 2 * np.median(found)
    assert set(bpy.data.user_map()) == before


def test_texture_size_is_in_metres(loader: Loader) -> None:
    """Half of a two-coloured image is on each half of a slab as wide as the image is said to be."""
    image = np.zeros((8, 8, 3), np.uint8)
    image[:, :4, 0], image[:, 4:, 2] = 255, 255
    Image.fromarray(image).save(loader.folder / "halves.png")
    loader.paths["halves.png"] = loader.folder / "halves.png"
    texture = TextureSpec(color="halves.png", size_m=0.8)
    cube = thing(
        1, "box", width_m=0.8, depth_m=0.8, height_m=0.1, material=MaterialSpec(texture=texture)
    )
    scene = scene_of([cube], surfaces=())
    loader.renderer.load(scene.spec)
    loader.renderer.build(scene)
    frame = loader.renderer.render(SMALL)
    inside = frame.instance_ids == 1
    columns = np.flatnonzero(inside.any(axis=0))
    red = (frame.rgb[..., 0].astype(int) > frame.rgb[..., 2]) & inside
    assert red[:, columns[:8]].sum() > 0.9 * inside[:, columns[:8]].sum()
    assert red[:, columns[-8:]].sum() < 0.1 * inside[:, columns[-8:]].sum()


def write_hdri(path: Path) -> None:
    """Write a sky that is green above the horizon and black below."""
    image = bpy.data.images.new("sky", 16, 8, float_buffer=True)
    pixels = np.zeros((8, 16, 4), np.float32)
    pixels[..., 3] = 1
    pixels[4:, :, 1] = 2.0
    image.pixels.foreach_set(pixels.ravel())
    image.file_format = "HDR" if path.suffix == ".hdr" else "OPEN_EXR"
    image.filepath_raw = str(path)
    image.save()
    bpy.data.images.remove(image)


@pytest.mark.parametrize("suffix", [".hdr", ".exr"])
def test_environment_image_lights_the_scene(tmp_path: Path, suffix: str) -> None:
    write_hdri(tmp_path / f"sky{suffix}")
    before = set(bpy.data.user_map())
    frame = frame_of(
        recipe_in(
            tmp_path,
            environment={"kind": "hdri", "file": f"sky{suffix}"},
            lights={"count": 0},
            room={"floor_only": True, "floor": {"saturation": 0}},
        )
    )
    red, green, blue = frame.rgb[frame.instance_ids == 0].astype(float).mean(axis=0)
    assert green > 60
    assert green > 3 * max(red, blue)
    assert set(bpy.data.user_map()) == before


def test_environment_is_behind_everything(loader: Loader) -> None:
    write_hdri(loader.folder / "sky.exr")
    loader.paths["sky.exr"] = loader.folder / "sky.exr"
    sky = EnvironmentSpec(kind="hdri", file="sky.exr", rotation=1.0)
    scene = scene_of([thing(1, "cube")], surfaces=(), environment=sky, lights=())
    loader.renderer.load(scene.spec)
    loader.renderer.build(scene)
    frame = loader.renderer.render(view_from((0, -1, 0), intrinsics=LENS))
    assert np.isinf(frame.depth[0, 0])
    assert frame.rgb[0, 0, 1] > 200
    assert frame.rgb[-1, 0].max() < 20


@pytest.mark.parametrize("name", ["color.png", "sky.hdr", "sky.exr"])
def test_unreadable_images_are_refused_by_name(loader: Loader, name: str) -> None:
    (loader.folder / name).write_bytes(bytes(range(256)) * 4)
    loader.paths[name] = loader.folder / name
    with pytest.raises(AssetError, match=name):
        loader.renderer.preload((), [name])
    assert not [image for image in bpy.data.images if image.name.startswith(name[:3])]
