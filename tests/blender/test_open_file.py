"""Objects of the .blend file that is open: as they render, left alone, and watched."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

from synth_addon.blender.open_file import describe_open_file
from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.asset_catalog import catalog_assets
from synth_addon.core.errors import AssetError
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.recipe.loading import LoadedRecipe, validate_recipe
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.scene_spec import OpenAsset, canonical_json

from .blocks import CORNERS, QUADS, SIZE, volume

ROOT = Path(__file__).resolve().parents[2]


class OpenScene:
    """Things in the open file, which go afterwards."""

    def __init__(self) -> None:
        self._blocks: list[bpy.types.ID] = []
        self.scene = bpy.context.scene

    def own(self, block: Any) -> Any:
        self._blocks.append(block)
        return block

    def block(self, name: str, collection: bpy.types.Collection | None = None) -> bpy.types.Object:
        mesh = self.own(bpy.data.meshes.new(name))
        mesh.from_pydata(CORNERS, [], QUADS)
        item = self.own(bpy.data.objects.new(name, mesh))
        (collection or self.scene.collection).objects.link(item)
        return item

    def collection(
        self, name: str, above: bpy.types.Collection | None = None
    ) -> bpy.types.Collection:
        made = self.own(bpy.data.collections.new(name))
        (above or self.scene.collection).children.link(made)
        return made

    def remove(self) -> None:
        bpy.data.batch_remove(ids=self._blocks)


@pytest.fixture
def opened() -> Iterator[OpenScene]:
    scene = OpenScene()
    yield scene
    scene.remove()


@pytest.fixture
def blender() -> Iterator[BlenderRenderer]:
    renderer = BlenderRenderer({})
    yield renderer
    renderer.close()


def loaded(renderer: BlenderRenderer, name: str) -> TriangleMesh:
    asset = OpenAsset(object=name)
    return renderer.preload([asset], ())[canonical_json(asset)]


def described(**group: Any) -> Any:
    recipe = validate_recipe({"version": 1, "objects": {"a": group}}, "test")
    return describe_open_file(recipe)


def test_an_object_comes_around_its_origin_along_the_worlds_axes(opened, blender) -> None:
    item = opened.block("Cup")
    item.location = (5, 6, 7)
    item.rotation_euler = (0, 0, np.pi / 2)
    item.scale = (2, 2, 2)
    low, high = loaded(blender, "Cup").bounds
    assert low == pytest.approx((-0.4, 0, 0), abs=1e-5)
    assert high == pytest.approx((0, 0.2, 0.6), abs=1e-5)


def test_it_moves_with_its_parent(opened, blender) -> None:
    parent = opened.own(bpy.data.objects.new("Holder", None))
    parent.scale = (3, 3, 3)
    parent.location = (1, 1, 1)
    item = opened.block("Cup")
    item.parent = parent
    low, high = loaded(blender, "Cup").bounds
    assert low == pytest.approx((0, 0, 0), abs=1e-5)
    assert high == pytest.approx(3 * np.array(SIZE), abs=1e-5)


def test_the_files_length_unit_counts(opened, blender) -> None:
    opened.block("Cup")
    opened.scene.unit_settings.scale_length = 0.01
    try:
        assert loaded(blender, "Cup").bounds[1] == pytest.approx(0.01 * np.array(SIZE), rel=1e-4)
    finally:
        opened.scene.unit_settings.scale_length = 1.0


def test_modifiers_are_applied_as_for_a_render(opened, blender) -> None:
    item = opened.block("Cup")
    shown = item.modifiers.new("row", "ARRAY")
    shown.count = 3
    shown.show_viewport = False
    off = item.modifiers.new("off", "ARRAY")
    off.count = 5
    off.show_render = False
    finer = item.modifiers.new("finer", "SUBSURF")
    finer.levels, finer.render_levels, finer.subdivision_type = 0, 1, "SIMPLE"
    mesh = loaded(blender, "Cup")
    assert mesh.bounds[1] == pytest.approx((0.3, 0.2, 0.3), abs=1e-5)
    assert len(mesh.triangles) == 3 * 6 * 4 * 2
    assert (shown.show_viewport, off.show_viewport, finer.levels) == (False, True, 0)


@pytest.mark.parametrize("hiding", ["hide_render", "hide_viewport", "collection", "nowhere"])
def test_hidden_objects_come_too(opened, blender, hiding: str) -> None:
    item = opened.block("Cup")
    item.modifiers.new("row", "ARRAY").count = 2
    item.scale = (2, 2, 2)
    if hiding == "collection":
        stash = opened.collection("Stash")
        opened.scene.collection.objects.unlink(item)
        stash.objects.link(item)
        bpy.context.view_layer.layer_collection.children["Stash"].exclude = True
    elif hiding == "nowhere":
        opened.scene.collection.objects.unlink(item)
    else:
        setattr(item, hiding, True)
    assert loaded(blender, "Cup").bounds[1] == pytest.approx((0.4, 0.4, 0.6), abs=1e-5)
    if hiding.startswith("hide"):
        assert getattr(item, hiding)


def test_mirrored_objects_face_outward(opened, blender) -> None:
    opened.block("Cup").scale = (1, -1, 1)
    assert volume(loaded(blender, "Cup")) == pytest.approx(np.prod(SIZE), rel=1e-4)


def test_materials_stay_those_of_the_file(opened, blender) -> None:
    red, blue = (opened.own(bpy.data.materials.new(name)) for name in ("red", "blue"))
    item = opened.block("Cup")
    item.data.materials.append(red)
    item.data.materials.append(blue)
    item.data.polygons[3].material_index = 1
    item.material_slots[1].link = "OBJECT"
    item.material_slots[1].material = red
    asset = OpenAsset(object="Cup")
    blender.preload([asset], ())
    mesh = next(mesh for mesh in bpy.data.meshes if mesh.name == "synth Cup")
    assert list(mesh.materials) == [red, red]
    assert [polygon.material_index for polygon in mesh.polygons] == [0, 0, 0, 1, 0, 0]


def test_the_file_is_left_as_it_was(opened) -> None:
    item = opened.block("Cup")
    item.modifiers.new("row", "ARRAY")
    opened.collection("Cups").objects.link(item)
    described(open_collection="Cups")
    before = set(bpy.data.user_map())
    described(open_collection="Cups")
    renderer = BlenderRenderer({})
    loaded(renderer, "Cup")
    renderer.close()
    assert set(bpy.data.user_map()) == before


def test_collections_hold_what_is_nested_in_them(opened) -> None:
    cups = opened.collection("Cups")
    inner = opened.collection("Mugs", above=cups)
    opened.block("Cup", cups)
    opened.block("Mug", inner)
    opened.block("Other")
    cups.objects.link(opened.own(bpy.data.objects.new("Empty", None)))
    found = described(open_collection="Cups")
    assert found.collections["Cups"] == ("Cup", "Mug")
    assert found.collections["Mugs"] == ("Mug",)
    assert set(found.digests) == {"Cup", "Mug"}
    assert {"Cup", "Mug", "Other"} <= set(found.objects)
    assert "Empty" not in found.objects


def test_objects_without_faces_are_refused(opened, blender) -> None:
    opened.block("Cup").data.clear_geometry()
    with pytest.raises(AssetError, match="'Cup' has no faces"):
        loaded(blender, "Cup")


def test_objects_that_are_gone_are_refused(blender) -> None:
    with pytest.raises(AssetError, match="'Cup' is no mesh object"):
        loaded(blender, "Cup")


def with_material(opened: OpenScene) -> tuple[bpy.types.Object, bpy.types.Material]:
    item = opened.block("Cup")
    material = opened.own(bpy.data.materials.new("paint"))
    if bpy.app.version < (5, 0):
        material.use_nodes = True
    item.data.materials.append(material)
    return item, material


def change_vertex(item: bpy.types.Object, material: bpy.types.Material) -> None:
    item.data.vertices[0].co.x -= 0.01


def change_modifier(item: bpy.types.Object, material: bpy.types.Material) -> None:
    item.modifiers.new("row", "ARRAY")


def change_scale(item: bpy.types.Object, material: bpy.types.Material) -> None:
    item.scale = (1, 1, 1.1)


def change_color(item: bpy.types.Object, material: bpy.types.Material) -> None:
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (0.1, 0.2, 0.3, 1)


def change_node(item: bpy.types.Object, material: bpy.types.Material) -> None:
    material.node_tree.nodes.new("ShaderNodeTexNoise").noise_dimensions = "4D"


def change_material_slot(item: bpy.types.Object, material: bpy.types.Material) -> None:
    item.data.materials[0] = None


@pytest.mark.parametrize(
    "change",
    [
        change_vertex,
        change_modifier,
        change_scale,
        change_color,
        change_node,
        change_material_slot,
    ],
)
def test_every_change_of_an_object_is_noticed(opened, change: Any) -> None:
    item, material = with_material(opened)
    before = described(open_object="Cup").digests
    assert described(open_object="Cup").digests == before
    change(item, material)
    assert described(open_object="Cup").digests != before


def test_moving_an_object_changes_nothing(opened) -> None:
    item, _ = with_material(opened)
    before = described(open_object="Cup").digests
    item.location = (1, 2, 3)
    assert described(open_object="Cup").digests == before


# The whole way, in processes of their own

_SAVE = """
import bpy, os, sys
path, height = sys.argv[1], float(sys.argv[2])
bpy.ops.wm.read_factory_settings(use_empty=True)
cups = bpy.data.collections.new("Cups")
bpy.context.scene.collection.children.link(cups)
for name, color in (("Red", (1, 0, 0, 1)), ("Blue", (0, 0, 1, 1))):
    bpy.ops.mesh.primitive_cube_add(size=height)
    item = bpy.context.object
    item.name = name
    item.modifiers.new("round", "BEVEL").width = 0.01
    material = bpy.data.materials.new(name)
    if bpy.app.version < (5, 0):
        material.use_nodes = True
    shader = next(n for n in material.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = color
    item.data.materials.append(material)
    bpy.context.scene.collection.objects.unlink(item)
    cups.objects.link(item)
bpy.ops.wm.save_as_mainfile(filepath=path)
os._exit(0)
"""

_BATCH = """
import bpy, runpy, sys
bpy.ops.wm.open_mainfile(filepath=sys.argv[1])
sys.argv = ["blender", "-b", sys.argv[1], "-P", "batch.py", "--", *sys.argv[3:]]
runpy.run_path({batch!r}, run_name="__main__")
"""


@dataclass(frozen=True)
class Studio:
    """A saved file with a collection of two blocks, and a recipe that draws from it."""

    folder: Path

    def save(self, height: float) -> None:
        self._python(_SAVE, self.folder / "studio.blend", height)

    def batch(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        script = _BATCH.format(batch=str(ROOT / "synth_addon" / "batch.py"))
        return self._python(script, self.folder / "studio.blend", "--", *arguments)

    def generate(self, output: str, *more: str) -> subprocess.CompletedProcess[str]:
        recipe = self.folder / "recipe.json"
        return self.batch("generate", recipe, "-o", self.folder / output, *more)

    def _python(self, script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-c", script, *map(str, arguments)]
        return subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    recipe = {
        "version": 1,
        "scenes": 2,
        "views_per_scene": 1,
        "objects": {
            "block": {"open_collection": "Cups", "count": 2, "repeat_files": False},
            "red": {"open_object": "Red", "role": "distractor", "size_m": 0.05},
        },
        "camera": {"width_px": 48, "height_px": 32},
        "render": {"samples": 1, "denoise": "off"},
    }
    (tmp_path / "recipe.json").write_text(json.dumps(recipe))
    made = Studio(tmp_path)
    made.save(0.1)
    return made


def test_a_dataset_from_the_open_file(studio: Studio) -> None:
    saved = (studio.folder / "studio.blend").read_bytes()
    first, second = studio.generate("one"), studio.generate("other")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    # the first line is Blender's own, about the file
    made = [studio.batch("hash", studio.folder / name).stdout for name in ("one", "other")]
    hashes = {text.splitlines()[-1] for text in made}
    assert len(hashes) == 1
    assert (studio.folder / "studio.blend").read_bytes() == saved
    info = json.loads((studio.folder / "one" / "dataset.json").read_text())
    assert set(info["recipe"]["assets"]) == {"open object Blue", "open object Red"}
    sampled = studio.batch("sample", studio.folder / "recipe.json")
    spec = json.loads(sampled.stdout[sampled.stdout.index("{") :])
    assert {item["asset"]["kind"] for item in spec["objects"]} == {"open"}


def test_resuming_with_a_changed_file_is_refused(studio: Studio) -> None:
    assert studio.generate("data", "--scenes", "1").returncode == 0
    assert studio.generate("data", "--scenes", "2", "--resume").returncode == 0
    studio.save(0.12)
    refused = studio.generate("data", "--scenes", "2", "--resume")
    assert refused.returncode == 2
    assert "open object" in refused.stderr


def test_without_an_open_file_the_way_is_told(studio: Studio) -> None:
    for command in (["sample"], ["generate", "-o", str(studio.folder / "no")]):
        words = [sys.executable, "-m", "synth_addon.cli", *command]
        words.append(str(studio.folder / "recipe.json"))
        done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False)
        assert done.returncode == 2
        assert "objects.block.open_collection: no .blend file is open here" in done.stderr
        assert "blender -b FILE.blend -P synth_addon/batch.py" in done.stderr


def test_a_collection_is_one_object_where_the_recipe_says_so(
    opened: OpenScene, blender: BlenderRenderer
) -> None:
    parts = opened.collection("Lamp")
    foot, shade = opened.block("Foot", parts), opened.block("Shade", parts)
    hidden = opened.block("Guide", parts)
    hidden.hide_render = True
    shade.location, parts.instance_offset = (0, 0, 3), (1, 0, 0)
    asset = OpenAsset(object="Lamp", is_collection=True)
    mesh = blender.preload([asset], ())[canonical_json(asset)]
    one = loaded(blender, "Foot")
    assert len(mesh.triangles) == 2 * len(one.triangles)
    low, high = mesh.bounds
    assert low == pytest.approx(one.bounds[0] - (1, 0, 0))
    assert high == pytest.approx(one.bounds[1] + (-1, 0, 3))
    before = described(open_collection="Lamp", as_one=True).digests["all of Lamp"]
    foot.location = (0.5, 0, 0)
    assert described(open_collection="Lamp", as_one=True).digests["all of Lamp"] != before


def test_one_object_of_many_meshes_is_one_instance(opened: OpenScene) -> None:
    parts = opened.collection("Lamp")
    opened.block("Foot", parts)
    opened.block("Shade", parts).location = (0, 0, 3)
    recipe = validate_recipe(
        {"version": 1, "objects": {"lamp": {"open_collection": "Lamp", "as_one": True}}}, "test"
    )
    catalog = catalog_assets(LoadedRecipe(recipe, Path()), describe_open_file(recipe))
    assert catalog.meshes["lamp"] == (OpenAsset(object="Lamp", is_collection=True),)
    (item,) = sample_scene(recipe, catalog, 0, 0).objects
    assert item.category == "lamp"


def test_what_geometry_nodes_scatter_belongs_to_the_object(
    opened: OpenScene, blender: BlenderRenderer
) -> None:
    item, leaf = opened.block("Tree"), opened.block("Leaf")
    tree = opened.own(bpy.data.node_groups.new("scatter", "GeometryNodeTree"))
    for direction in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Geometry", in_out=direction, socket_type="NodeSocketGeometry")
    nodes, link = tree.nodes, tree.links.new
    start, end = nodes.new("NodeGroupInput"), nodes.new("NodeGroupOutput")
    scatter, source = nodes.new("GeometryNodeInstanceOnPoints"), nodes.new("GeometryNodeObjectInfo")
    join = nodes.new("GeometryNodeJoinGeometry")
    source.inputs["Object"].default_value = leaf
    link(start.outputs[0], scatter.inputs["Points"])
    link(source.outputs["Geometry"], scatter.inputs["Instance"])
    link(start.outputs[0], join.inputs[0])
    link(scatter.outputs[0], join.inputs[0])
    link(join.outputs[0], end.inputs[0])
    plain = loaded(blender, "Leaf")
    item.modifiers.new("scatter", "NODES").node_group = tree
    scattered = loaded(blender, "Tree")
    assert len(scattered.triangles) == len(plain.triangles) * (1 + len(CORNERS))
