"""A user's own .blend as the room: meshes, marks, lamps, and a floor that carries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from mathutils import Euler

from synth_addon.blender.open_file import describe_open_file
from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.blender.versions import use_nodes
from synth_addon.core.asset_catalog import catalog_assets, mesh_assets
from synth_addon.core.errors import AssetError
from synth_addon.core.recipe.loading import LoadedRecipe, validate_recipe
from synth_addon.core.room_file import with_room_file
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.scene_spec import FixtureSpec, SceneSpec, SettledScene
from synth_addon.core.transforms import transform_points

from .scenes import PHYSICS, RENDER, at, thing, view_from


def box(name: str, size: tuple[float, float, float], **values: Any) -> bpy.types.Object:
    """Return an object whose box stands on its origin."""
    half = np.array(size) / 2
    corners = ((np.arange(8)[:, None] >> np.arange(3)) & 1) * 2 - 1
    faces = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata((corners * half + (0, 0, half[2])).tolist(), [], faces)
    item = bpy.data.objects.new(name, mesh)
    for key, value in values.items():
        setattr(item, key, value)
    return item


def paint(item: bpy.types.Object, color: tuple[float, float, float]) -> None:
    material = bpy.data.materials.new(item.name)
    node = use_nodes(material).nodes["Principled BSDF"]
    node.inputs["Base Color"].default_value = (*color, 1)
    item.data.materials.append(material)


def write_room(path: Path) -> None:
    """Write a room of 4 m by 3 m with a turned desk, a shelf, a lamp and something hidden."""
    before = set(bpy.data.user_map())
    floor = box("Floor", (4, 3, 0.2), location=(0, 0, -0.2))
    wall = box("Wall", (4, 0.2, 2.5), location=(0, 1.6, 0))
    paint(wall, (0.9, 0.05, 0.05))
    desk = box(
        "Desk.007",
        (1, 1, 1),
        location=(0.5, 0.2, 0),
        rotation_euler=Euler((0, 0, 0.5)),
        scale=(1.2, 0.6, 0.7),
    )
    desk["synth_surface"] = True
    shelf = box("Rack", (0.5, 0.3, 0.4), location=(-1.5, 0.5, 0))
    shelf.modifiers.new("two", "ARRAY").relative_offset_displace = (1, 0, 0)
    hidden = box("Hidden", (9, 9, 9), hide_render=True)
    light = bpy.data.lights.new("Lamp", "POINT")
    light.energy = 80
    lamp = bpy.data.objects.new("Lamp", light)
    lamp.location = (0, -0.5, 2.2)
    surfaces = bpy.data.collections.new("Synth Surfaces")
    surfaces.objects.link(shelf)
    bpy.data.libraries.write(str(path), {floor, wall, desk, shelf, hidden, lamp, surfaces})
    bpy.data.batch_remove(ids=set(bpy.data.user_map()) - before)


@dataclass(frozen=True)
class Setting:
    """A room that was read, and the renderer that holds it."""

    spec: SceneSpec
    renderer: BlenderRenderer

    def fixture(self, name: str) -> FixtureSpec:
        return next(item for item in self.spec.fixtures if item.name == name)


def recipe_in(folder: Path, **room: Any) -> LoadedRecipe:
    data = {
        "version": 1,
        "objects": {"cube": {"shape": "cube"}},
        "lights": {"count": 0},
        "room": {"file": "room.blend", "file_lights": True, **room},
    }
    return LoadedRecipe(validate_recipe(data, "test"), folder)


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    folder = tmp_path_factory.mktemp("room")
    write_room(folder / "room.blend")
    recipe = recipe_in(folder)
    catalog = catalog_assets(recipe)
    before = set(bpy.data.user_map())
    renderer = BlenderRenderer(catalog.paths)
    catalog = with_room_file(recipe.recipe, catalog, renderer)
    renderer.preload(mesh_assets(catalog), catalog.images)
    spec = sample_scene(recipe.recipe, catalog, 0)
    yield Setting(spec.model_copy(update={"objects": (), "render": RENDER}), renderer)
    renderer.close()
    assert set(bpy.data.user_map()) == before


def world_box(setting: Setting, name: str) -> tuple[Any, Any]:
    fixture = setting.fixture(name)
    mesh = setting.renderer.load(setting.spec)[fixture.asset_key]
    points = transform_points(fixture.pose.matrix, mesh.vertices)
    return points.min(axis=0), points.max(axis=0)


def test_what_is_rendered_becomes_fixtures(setting: Setting) -> None:
    assert {fixture.name: fixture.category for fixture in setting.spec.fixtures} == {
        "Desk.007": "desk",
        "Floor": None,
        "Rack": "rack",
        "Wall": None,
    }
    assert setting.spec.room_size == pytest.approx((4, 3, 2.5))


def test_objects_stand_as_in_the_file(setting: Setting) -> None:
    low, high = world_box(setting, "Wall")
    assert low == pytest.approx([-2, 1.5, 0], abs=1e-6)
    assert high == pytest.approx([2, 1.7, 2.5], abs=1e-6)
    desk = setting.fixture("Desk.007")
    mesh = setting.renderer.load(setting.spec)[desk.asset_key]
    assert mesh.bounds[1] - mesh.bounds[0] == pytest.approx([1.2, 0.6, 0.7])
    assert desk.pose.quaternion == pytest.approx((np.cos(0.25), 0, 0, np.sin(0.25)))


def test_modifiers_are_applied(setting: Setting) -> None:
    low, high = world_box(setting, "Rack")
    assert high - low == pytest.approx([1.0, 0.3, 0.4])


def test_materials_and_lamps_are_the_files(setting: Setting) -> None:
    (lamp,) = setting.spec.lights
    assert (lamp.kind, lamp.energy) == ("point", 80)
    assert lamp.position == pytest.approx((0, -0.5, 2.2))
    view = view_from((0, -0.5, 1.5), (0, 1.5, 1.5))
    setting.renderer.build(SettledScene(spec=setting.spec, poses=(), views=(view,)))
    frame = setting.renderer.render(view)
    assert not frame.instance_ids.any()
    assert frame.depth[60, 80] == pytest.approx(2.0, abs=1e-4)
    red, green, _ = frame.rgb[60, 80]
    assert red > 60
    assert red > 2 * green


@pytest.mark.parametrize(("x", "y", "height"), [(0.5, 0.2, 0.7), (-0.8, -0.8, 0.0)])
def test_objects_come_to_rest_on_desk_and_floor(
    setting: Setting, x: float, y: float, height: float
) -> None:
    cube = thing(1, "cube", at(x, y, height + 0.2))
    physics = PHYSICS.model_copy(update={"enabled": True})
    spec = setting.spec.model_copy(update={"objects": (cube,), "physics": physics})
    mesh = setting.renderer.load(spec)[cube.asset_key]
    (pose,) = setting.renderer.settle(spec)
    lowest = transform_points(pose.matrix, mesh.vertices)[:, 2].min()
    assert lowest == pytest.approx(height, abs=0.004)


def test_a_file_of_another_format_is_a_room_too(tmp_path: Path) -> None:
    before = set(bpy.data.user_map())
    floor = box("Carpet", (4, 3, 0.2), location=(0, 0, -0.1))
    floor["synth_surface"] = "carpet"
    bpy.context.scene.collection.objects.link(floor)
    bpy.ops.object.select_all(action="DESELECT")
    floor.select_set(True)
    bpy.ops.export_scene.gltf(
        filepath=str(tmp_path / "room.glb"), use_selection=True, export_extras=True
    )
    bpy.data.batch_remove(ids=set(bpy.data.user_map()) - before)
    recipe = recipe_in(tmp_path, file="room.glb")
    catalog = catalog_assets(recipe)
    renderer = BlenderRenderer(catalog.paths)
    read = with_room_file(recipe.recipe, catalog, renderer).room
    renderer.close()
    assert read is not None
    assert [(item.name, item.category) for item in read.fixtures] == [("Carpet", "carpet")]
    assert read.size == pytest.approx((4, 3, 0.1))


def test_a_damaged_room_is_refused(tmp_path: Path) -> None:
    (tmp_path / "room.blend").write_bytes(bytes(range(256)))
    recipe = recipe_in(tmp_path)
    catalog = catalog_assets(recipe)
    renderer = BlenderRenderer(catalog.paths)
    with pytest.raises(AssetError, match=r"'room\.blend' cannot be imported"):
        with_room_file(recipe.recipe, catalog, renderer)
    renderer.close()


def test_a_collection_of_the_open_file_is_the_room(tmp_path: Path) -> None:
    before = set(bpy.data.user_map())
    office = bpy.data.collections.new("Office")
    bpy.context.scene.collection.children.link(office)
    desk = box("Desk", (1, 1, 1), location=(0.5, 0.2, 0), scale=(1.2, 0.6, 0.7))
    desk["synth_surface"] = "table"
    for item in (box("Floor", (4, 3, 0.2), location=(0, 0, -0.2)), desk):
        office.objects.link(item)
    recipe = recipe_in(tmp_path, file=None, file_lights=False, open_collection="Office")
    described = describe_open_file(recipe.recipe)
    catalog = catalog_assets(recipe, described)
    renderer = BlenderRenderer(catalog.paths)
    meshes = renderer.preload(mesh_assets(catalog), ())
    spec = sample_scene(recipe.recipe, catalog, 0)
    table = next(fixture for fixture in spec.fixtures if fixture.category == "table")
    points = transform_points(table.pose.matrix, meshes[table.asset_key].vertices)
    assert points.min(axis=0) == pytest.approx([-0.1, -0.1, 0], abs=1e-6)
    assert points.max(axis=0) == pytest.approx([1.1, 0.5, 0.7], abs=1e-6)
    assert spec.room_size == pytest.approx((4, 3, 0.7))
    desk.location.x = 0.6
    bpy.context.view_layer.update()
    assert describe_open_file(recipe.recipe).digests != described.digests
    renderer.close()
    bpy.data.batch_remove(ids=set(bpy.data.user_map()) - before)
