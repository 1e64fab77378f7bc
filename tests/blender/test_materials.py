"""Materials in Blender: patterns, texture sets on every kind of surface, and changed originals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import bpy
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from synth_addon.blender.images import ImageLibrary
from synth_addon.blender.material_pool import MOST_IDLE, MaterialPool
from synth_addon.blender.materials import ON_UVS
from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.camera import Intrinsics
from synth_addon.core.material_spec import AdjustSpec, MaterialSpec, ProceduralKind, TextureSpec
from synth_addon.core.random_streams import random_stream
from synth_addon.core.recipe.materials import MaterialRecipe
from synth_addon.core.rendered_frame import RenderedFrame
from synth_addon.core.sampling.materials import sample_material
from synth_addon.core.scene_spec import (
    EnvironmentSpec,
    FileAsset,
    LightSpec,
    ObjectSpec,
    SettledScene,
    SurfaceSpec,
)

from .scenes import RENDER, scene_of, thing, view_from

KINDS = get_args(ProceduralKind)
UNEVEN = tuple(kind for kind in KINDS if kind not in ("flat", "plastic", "ceramic", "metal"))
LENS = Intrinsics(width=32, height=32, fx=30.0, fy=30.0, cx=16.0, cy=16.0)
ABOVE = view_from((0, -0.001, 1), clip=(0.001, 10), intrinsics=LENS)
FROM_LEFT = LightSpec(
    kind="sun", position=(-1, 0, 1), target=(0, 0, 0), energy=3.0, color=(1, 1, 1), size_m=0.0
)
FROM_FRONT = FROM_LEFT.model_copy(update={"position": (0, -1, 1)})
DARK = EnvironmentSpec(color=(0, 0, 0))

Write = Callable[[str, NDArray[np.uint8]], str]


class Studio:
    """A renderer and a folder that images and meshes are written to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths: dict[str, Path] = {}
        self.renderer = BlenderRenderer(self.paths)

    def image(self, name: str, pixels: Any) -> str:
        Image.fromarray(np.asarray(pixels, np.uint8)).save(self.folder / name)
        return self.keep(name)

    def keep(self, name: str) -> str:
        self.paths[name] = self.folder / name
        return name

    def shoot(self, scene: SettledScene) -> RenderedFrame:
        self.renderer.load(scene.spec)
        self.renderer.build(scene)
        return self.renderer.render(ABOVE)

    def plate(self, material: MaterialSpec | None, *, file: bool = False) -> ObjectSpec:
        """Return a plate of 0.8 m, its top at half its height; from a file it has no UVs."""
        if not file:
            sides = {"width_m": 0.8, "depth_m": 0.8, "height_m": 0.1}
            return thing(1, "box", material=material, **sides)
        corners = [(x, y, z) for x in (-0.4, 0.4) for y in (-0.4, 0.4) for z in (-0.05, 0.05)]
        quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
        lines = [f"v {x} {y} {z}" for x, y, z in corners]
        lines += ["f " + " ".join(str(i + 1) for i in quad) for quad in quads]
        (self.folder / "plate.obj").write_text("\n".join(lines) + "\n")
        asset = FileAsset(file=self.keep("plate.obj"))
        return thing(1, "plate", material=material).model_copy(update={"asset": asset})


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio = Studio(tmp_path)
    yield studio
    studio.renderer.close()


def drawn(kind: str, scene: int = 0) -> MaterialSpec:
    recipe = MaterialRecipe.model_validate({"kinds": {kind: 1}, "pattern_scale": 1})
    catalog = AssetCatalog({}, {}, (), {})
    return sample_material(recipe, catalog, random_stream(3, scene, kind), large=True)


def lit_plate(studio: Studio, material: MaterialSpec, **changes: Any) -> NDArray[np.float64]:
    """Return what the plate's pixels show, (N, 3)."""
    scene = scene_of([studio.plate(material)], surfaces=(), **changes)
    frame = studio.shoot(scene)
    return frame.rgb[frame.instance_ids == 1].astype(float)


# Procedural materials


@pytest.mark.parametrize("kind", KINDS)
def test_patterns_show_their_own_colours(studio: Studio, kind: ProceduralKind) -> None:
    before = set(bpy.data.user_map())
    material = drawn(kind)
    scene = scene_of([studio.plate(material)], surfaces=())
    frame = studio.shoot(scene)
    pixels = frame.rgb[frame.instance_ids == 1].astype(float)
    if kind in UNEVEN:
        assert pixels.std(axis=0).max() > 2
    if material.metallic == 0:
        assert pixels.max() > 20
    shown = bpy.data.materials["synth.00001 material"].diffuse_color
    assert tuple(shown)[:3] == pytest.approx(material.base_color)
    studio.renderer.builder.clear()
    left = {block for block in set(bpy.data.user_map()) - before if block.name != "synth shape"}
    assert not {block for block in left if isinstance(block, bpy.types.Material) and block.users}
    assert not {block for block in left if isinstance(block, bpy.types.NodeTree)}


def test_flat_materials_have_no_gloss(studio: Studio) -> None:
    flat = lit_plate(studio, drawn("flat"), lights=(FROM_LEFT,), environment=DARK)
    assert flat.std(axis=0).max() < 1.5


def test_patterns_keep_their_size_in_metres(studio: Studio) -> None:
    """A thing at twice its size shows twice as many squares, not larger ones."""
    material = drawn("checker")
    assert material.procedural is not None
    pattern = material.procedural.model_copy(
        update={"scale_m": 0.1, "colors": ((1, 1, 1), (0, 0, 0), (0, 0, 0)), "offset": (0, 0, 0)}
        | {"rotation": (0.0, 0.0, 0.0)}
    )
    material = material.model_copy(update={"procedural": pattern})
    for file in (False, True):
        half = studio.plate(material, file=file)
        frames = [
            studio.shoot(scene_of([half.model_copy(update={"scale": scale})], surfaces=()))
            for scale in (0.5, 1.0)
        ]
        inner = [frame.rgb[10:22, 10:22, 0].astype(float) for frame in frames]
        assert np.corrcoef(inner[0].ravel(), inner[1].ravel())[0, 1] > 0.9


def test_nothing_piles_up_over_scenes(studio: Studio) -> None:
    counts = []
    for scene in range(20):
        materials = [drawn(kind, scene) for kind in KINDS]
        things = [thing(i + 1, "cube", material=item) for i, item in enumerate(materials)]
        floor = SurfaceSpec(
            name="floor", center=(0, 0, -1), size=(2, 2, 0.2), material=materials[0]
        )
        settled = scene_of(things, surfaces=(floor,))
        studio.renderer.load(settled.spec)
        studio.renderer.build(settled)
        counts.append(
            {
                name: len(getattr(bpy.data, name))
                for name in ("materials", "node_groups", "images", "meshes", "textures")
            }
        )
    materials = [count.pop("materials") for count in counts]
    assert max(materials) <= materials[0] + MOST_IDLE
    assert all(count == counts[0] for count in counts)


# Texture sets


def tilted_normals(directx: bool = False, side: int = 8) -> NDArray[np.uint8]:
    """Return a map of normals that lean up the image by 40 degrees."""
    lean = np.radians(40)
    up = np.sin(lean) * (-1 if directx else 1)
    vector = np.array([0.0, up, np.cos(lean)])
    return np.tile(np.round((vector + 1) * 127.5), (side, side, 1)).astype(np.uint8)


def with_normals(
    studio: Studio, name: str, pixels: NDArray[np.uint8], **fields: Any
) -> TextureSpec:
    color = studio.image("white.png", np.full((8, 8, 3), 200))
    return TextureSpec(color=color, normal=studio.image(name, pixels), size_m=0.2, **fields)


def brightness(
    studio: Studio, texture: TextureSpec, light: LightSpec, *, file: bool = False
) -> float:
    plate = studio.plate(MaterialSpec(texture=texture, roughness=1.0), file=file)
    frame = studio.shoot(scene_of([plate], surfaces=(), lights=(light,), environment=DARK))
    return float(frame.rgb[10:22, 10:22].mean())


@pytest.mark.parametrize("file", [False, True])
def test_directx_normals_are_turned_round(studio: Studio, file: bool) -> None:
    texture = with_normals(studio, "gl.png", tilted_normals())
    turned = with_normals(studio, "dx.png", tilted_normals(directx=True), normal_is_directx=True)
    wrong = turned.model_copy(update={"normal_is_directx": False})
    front = [brightness(studio, t, FROM_FRONT, file=file) for t in (texture, turned, wrong)]
    assert front[0] == pytest.approx(front[1], abs=1)
    assert front[2] > front[0] + 50, "leaning down the image is towards the light"


@pytest.mark.parametrize("file", [False, True])
def test_normals_turn_with_their_images(studio: Studio, file: bool) -> None:
    texture = with_normals(studio, "gl.png", tilted_normals())

    def at(degrees: float, light: LightSpec) -> float:
        turned = texture.model_copy(update={"rotation": np.radians(degrees)})
        return brightness(studio, turned, light, file=file)

    towards, away = at(180, FROM_FRONT), at(0, FROM_FRONT)
    assert towards > away + 50
    assert at(90, FROM_LEFT) == pytest.approx(towards, abs=2), "up turns to the left"
    assert at(270, FROM_LEFT) == pytest.approx(away, abs=2)


def halves(studio: Studio, shape: tuple[int, int] = (8, 8)) -> str:
    """Write an image that is red on the left and blue on the right."""
    pixels = np.zeros((*shape, 3))
    pixels[:, : shape[1] // 2, 0] = 255
    pixels[:, shape[1] // 2 :, 2] = 255
    return studio.image("halves.png", pixels)


def red(frame: RenderedFrame) -> NDArray[np.bool_]:
    return frame.rgb[..., 0].astype(int) > frame.rgb[..., 2]


@pytest.mark.parametrize(("file", "size_m"), [(False, 0.8), (True, 2.0)])
def test_images_turn_left(studio: Studio, file: bool, size_m: float) -> None:
    """The left half of an image, turned by 90 degrees, is its lower half.

    The shape's coordinates start at its corner, where the image lies once; those of the file start
    at its middle, above which lies the lower half of the image.
    """
    texture = TextureSpec(color=halves(studio), size_m=size_m, rotation=np.pi / 2)
    plate = studio.plate(MaterialSpec(texture=texture), file=file)
    found = red(studio.shoot(scene_of([plate], surfaces=())))
    upper, lower = found[6:14, 8:24].mean(), found[18:26, 8:24].mean()
    assert (upper, lower) == pytest.approx((1, 0) if file else (0, 1), abs=0.05)


@pytest.mark.parametrize("scale", [0.5, 1.0])
@pytest.mark.parametrize("file", [False, True])
def test_texture_size_is_in_metres_on_every_thing(studio: Studio, file: bool, scale: float) -> None:
    """Stripes of 0.1 m cross 0.4 m of the plate four times, whatever its scale."""
    texture = TextureSpec(color=halves(studio), size_m=0.2)
    plate = studio.plate(MaterialSpec(texture=texture), file=file)
    frame = studio.shoot(scene_of([plate.model_copy(update={"scale": scale})], surfaces=()))
    row = red(frame)[16, 10:22]  # 12 pixels of 1 m / 30 at the distance of the plate
    assert np.count_nonzero(np.diff(row.astype(int))) in (3, 4)


def test_images_keep_their_proportions(studio: Studio) -> None:
    pixels = np.zeros((4, 8, 3))
    pixels[:2, :, 0], pixels[2:, :, 2] = 255, 255
    texture = TextureSpec(color=studio.image("wide.png", pixels), size_m=0.8)
    frame = studio.shoot(scene_of([studio.plate(MaterialSpec(texture=texture))], surfaces=()))
    column = red(frame)[5:27, 16]
    assert np.count_nonzero(np.diff(column.astype(int))) == 3, "two repeats of 0.4 m"


def connected(material: bpy.types.Material, name: str) -> str:
    """Return the file of the image that feeds an input through nodes of one input each."""
    principled = material.node_tree.nodes["Principled BSDF"]
    socket = principled.inputs[name]
    while socket.links:
        node = socket.links[0].from_node
        if node.type == "TEX_IMAGE":
            return Path(node.image.filepath).name
        socket = next(i for i in node.inputs if i.is_linked and i.name != "Factor")
    return ""


def test_every_map_goes_where_it_belongs(studio: Studio) -> None:
    grey = np.full((4, 4, 3), 100)
    roles = ("color", "normal", "roughness", "metalness", "opacity")
    files = {role: studio.image(f"{role}.png", grey) for role in roles}
    images = ImageLibrary(studio.paths)
    pool = MaterialPool(images)
    material = pool.material("test", MaterialSpec(texture=TextureSpec(**files)), ON_UVS)
    try:
        for name, role in (
            ("Base Color", "color"),
            ("Roughness", "roughness"),
            ("Metallic", "metalness"),
            ("Alpha", "opacity"),
            ("Normal", "normal"),
        ):
            assert connected(material, name) == f"{role}.png"
        spaces = {i.name: i.colorspace_settings.name for i in bpy.data.images}
        assert spaces["color.png"] == "sRGB"
        assert {spaces[f"{role}.png"] for role in roles[1:]} == {"Non-Color"}
    finally:
        pool.close()
        images.close()


def test_occlusion_darkens(studio: Studio) -> None:
    color = studio.image("white.png", np.full((4, 4, 3), 200))
    occlusion = studio.image("half.png", np.full((4, 4, 3), 100))
    packed = studio.image("arm.png", np.tile([100, 255, 0], (4, 4, 1)))
    plain = lit_plate(studio, MaterialSpec(texture=TextureSpec(color=color))).mean()
    for name, file in (("ambient_occlusion", occlusion), ("packed", packed)):
        texture = TextureSpec.model_validate({"color": color, name: file})
        assert lit_plate(studio, MaterialSpec(texture=texture)).mean() < 0.8 * plain


def test_invisible_parts_are_solid_in_masks_and_depth(studio: Studio) -> None:
    color = studio.image("white.png", np.full((4, 4, 3), 255))
    opacity = studio.image("clear.png", np.zeros((4, 4, 3)))
    texture = TextureSpec(color=color, opacity=opacity)
    plate = studio.plate(MaterialSpec(texture=texture))
    frame = studio.shoot(scene_of([plate], surfaces=(), lights=(), environment=DARK))
    solid = frame.instance_ids == 1
    assert solid[8:24, 8:24].all()
    assert frame.depth[solid] == pytest.approx(0.95, abs=0.01)
    assert frame.rgb[solid].max() < 5


def waves(studio: Studio) -> str:
    """Write a height map with one wave from left to right."""
    x = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    return studio.image("height.png", np.tile((np.cos(x) + 1)[:, None] * 127, (64, 1, 3)))


def test_bump_changes_the_shading_alone(studio: Studio) -> None:
    color = studio.image("white.png", np.full((8, 8, 3), 200))
    texture = TextureSpec(
        color=color,
        displacement=waves(studio),
        displacement_method="bump",
        displacement_m=0.05,
        size_m=0.4,
    )
    plate = studio.plate(MaterialSpec(texture=texture, roughness=1.0))
    frame = studio.shoot(scene_of([plate], surfaces=(), lights=(FROM_LEFT,), environment=DARK))
    assert frame.rgb[10:22, 8:24].astype(float).std() > 10
    assert frame.depth[10:22, 8:24] == pytest.approx(0.95, abs=1e-3)


def test_true_displacement_lowers_the_floor_by_its_height_map(studio: Studio) -> None:
    color = studio.image("white.png", np.full((8, 8, 3), 200))
    texture = TextureSpec(
        color=color,
        displacement=waves(studio),
        displacement_method="true",
        displacement_m=0.1,
        size_m=0.4,
    )
    floor = SurfaceSpec(
        name="floor",
        center=(0, 0, -0.1),
        size=(2, 2, 0.2),
        material=MaterialSpec(texture=texture),
    )
    sight = thing(1, "cube", scale=0.01)
    frame = studio.shoot(scene_of([sight], surfaces=(floor,)))
    depth = frame.depth[frame.instance_ids == 0]
    assert depth.min() > 0.995, "nothing rises above the plane that things rest on"
    assert depth.max() == pytest.approx(1.1, abs=0.015)


def test_a_photo_sized_texture_repeats(studio: Studio) -> None:
    texture = TextureSpec(color=halves(studio, (8, 16)), size_m=0.4)
    frame = studio.shoot(scene_of([studio.plate(MaterialSpec(texture=texture))], surfaces=()))
    assert 0.4 < red(frame)[frame.instance_ids == 1].mean() < 0.6


# What files brought


def test_images_painted_for_a_mesh_are_laid_on_its_own_coordinates(studio: Studio) -> None:
    """Neither the size of a thing nor the shape of an image counts there."""
    plate = colored_plate(studio, textured=True)
    wide = studio.image("wide.png", np.tile(np.arange(16)[:, None] * 16, (4, 1, 3)))
    texture = TextureSpec(color=wide, unwrapped=True)
    brought = studio.shoot(scene_of([plate], surfaces=()))
    studio.image("red.png", np.asarray(Image.open(studio.paths["wide.png"])))
    fresh = BlenderRenderer(studio.paths)
    try:
        expected = _shoot_with(fresh, scene_of([plate], surfaces=()))
    finally:
        fresh.close()
    material = MaterialSpec(texture=texture, roughness=1.0)
    found = studio.shoot(scene_of([plate.model_copy(update={"material": material})], surfaces=()))
    assert not np.array_equal(brought.rgb, expected.rgb)
    difference = np.abs(found.rgb.astype(int) - expected.rgb)[10:22, 10:22]
    assert difference.mean() < 12


def _shoot_with(renderer: BlenderRenderer, scene: SettledScene) -> RenderedFrame:
    renderer.load(scene.spec)
    renderer.build(scene)
    return renderer.render(ABOVE)


def colored_plate(studio: Studio, *, textured: bool) -> ObjectSpec:
    """Return the plate from a file that brings a red material."""
    plate = studio.plate(None, file=True)
    path = studio.folder / "plate.obj"
    text = path.read_text()
    (studio.folder / "plate.mtl").write_text(
        "newmtl red\nKd 1 0 0\n" + ("map_Kd red.png\n" if textured else "")
    )
    studio.image("red.png", np.tile([255, 0, 0], (4, 4, 1)))
    uvs = "vt 0.1 0.1\nvt 0.9 0.1\nvt 0.5 0.9\nvt 0.2 0.8\n"
    faces = [
        "f " + " ".join(f"{v}/{i + 1}" for i, v in enumerate(line.split()[1:]))
        for line in text.splitlines()
        if line.startswith("f ")
    ]
    points = [line for line in text.splitlines() if line.startswith("v ")]
    parts = ["mtllib plate.mtl", *points, uvs.strip(), "usemtl red", *faces]
    path.write_text("\n".join(parts) + "\n")
    return plate


def mean_color(studio: Studio, plate: ObjectSpec, adjust: AdjustSpec | None) -> NDArray[np.float64]:
    item = plate.model_copy(update={"adjust": adjust})
    frame = studio.shoot(scene_of([item], surfaces=()))
    return frame.rgb[frame.instance_ids == 1].astype(float).mean(axis=0)


@pytest.mark.parametrize("textured", [False, True])
def test_adjusting_turns_hues_and_keeps_the_original(studio: Studio, textured: bool) -> None:
    plate = colored_plate(studio, textured=textured)
    before = mean_color(studio, plate, None)
    kept = {material.name for material in bpy.data.materials}
    green = mean_color(studio, plate, AdjustSpec(hue_shift=1 / 3))
    grey = mean_color(studio, plate, AdjustSpec(saturation_factor=0))
    dark = mean_color(studio, plate, AdjustSpec(value_factor=0.3))
    after = mean_color(studio, plate, None)
    assert before.argmax() == 0
    assert green.argmax() == 1
    assert np.ptp(grey) < 3
    assert 5 < dark[0] < 0.8 * before[0]
    assert np.array_equal(before, after), "the shared original is as it was"
    studio.renderer.clear()
    assert {material.name for material in bpy.data.materials} == kept


def principled_of(studio: Studio, plate: ObjectSpec, adjust: AdjustSpec) -> Mapping[str, float]:
    scene = scene_of([plate.model_copy(update={"adjust": adjust})], surfaces=())
    studio.renderer.load(scene.spec)
    studio.renderer.build(scene)
    item = studio.renderer.builder.scene.objects["synth.00001"]
    tree = item.material_slots[0].material.node_tree
    inputs = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED").inputs
    return {name: inputs[name].default_value for name in ("Roughness", "Metallic")} | {
        f"{name} linked": inputs[name].is_linked for name in ("Roughness", "Metallic")
    }


def test_gloss_is_replaced_or_moved(studio: Studio) -> None:
    plate = colored_plate(studio, textured=False)
    replaced = principled_of(studio, plate, AdjustSpec(roughness=0.9, metallic=1.0))
    assert replaced["Roughness"] == pytest.approx(0.9)
    assert replaced["Metallic"] == pytest.approx(1.0)
    assert not replaced["Roughness linked"]
    assert principled_of(studio, plate, AdjustSpec(roughness_offset=0.2))["Roughness linked"]


@pytest.mark.parametrize("change", [{"texture_scale": 4.0}, {"texture_rotation": np.pi / 2}])
def test_files_images_are_moved(studio: Studio, change: dict[str, float]) -> None:
    plate = colored_plate(studio, textured=True)
    pixels = np.zeros((8, 8, 3))
    pixels[:4, :, 0], pixels[4:, :, 1] = 255, 255
    studio.image("red.png", pixels)
    item = plate.model_copy(update={"adjust": AdjustSpec(**change)})
    plain, changed = (
        studio.shoot(scene_of([which], surfaces=())).rgb.astype(int) for which in (plate, item)
    )
    assert np.abs(plain - changed)[8:24, 8:24].max() > 50


@pytest.mark.parametrize("engine", ["EEVEE", "WORKBENCH"])
def test_other_engines_show_them_too(studio: Studio, engine: str) -> None:
    render = RENDER.model_copy(update={"engine": engine})
    floor = SurfaceSpec(name="floor", center=(0, 0, -0.5), size=(2, 2, 0.2), material=drawn("wood"))
    scene = scene_of([studio.plate(drawn("marble"))], surfaces=(floor,), render=render)
    frame = studio.shoot(scene)
    assert frame.rgb[frame.instance_ids == 1].max() > 20
    assert frame.rgb[frame.instance_ids == 0].max() > 5


def test_equal_materials_of_a_scene_are_one(studio: Studio) -> None:
    wood, brick = drawn("wood"), drawn("brick")
    things = [thing(i, "cube", material=m) for i, m in enumerate((wood, wood, brick), 1)]
    scene = scene_of(things, surfaces=())
    studio.renderer.load(scene.spec)
    studio.renderer.build(scene)
    objects = studio.renderer.builder.scene.objects
    first, second, third = (objects[f"synth.{i:05d}"].material_slots[0].material for i in (1, 2, 3))
    assert first == second
    assert first != third
