"""What a run leaves behind in Blender, and what it must not depend on."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np
import pytest

from synth_addon.blender import material_pool, mesh_pool, object_pool, scene_builder, scratch
from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.cli import run
from synth_addon.core.asset_catalog import AssetCatalog, catalog_assets
from synth_addon.core.camera import Intrinsics
from synth_addon.core.errors import RenderError
from synth_addon.core.recipe.loading import LoadedRecipe, load_recipe
from synth_addon.core.rendered_frame import RenderedFrame
from synth_addon.core.settling import settle_scene
from synth_addon.core.timing import PartTimes

from .scenes import RENDER, at, scene_of, shoot, thing, view_from

ROOT = Path(__file__).parents[2]
TINY = ("camera.width_px=64", "camera.height_px=48", "render.samples=1", "render.denoise=off")
KINDS = ("meshes", "objects", "materials", "images", "node_groups", "lights", "worlds", "cameras")
KINDS += ("scenes", "collections", "textures", "actions", "libraries", "curves", "texts")
POOLS = {
    "materials": material_pool,
    "meshes": mesh_pool,
    "objects": object_pool,
    "lights": object_pool,
    "worlds": scene_builder,
    "images": scene_builder,
}
SCENE_HOLDS = 3  # blocks that wait to be removed until they are more than may wait
CHANNELS = ("rgb", "depth", "normals", "instance_ids")


def counts() -> dict[str, int]:
    """Return how many datablocks of each kind there are."""
    return {kind: len(getattr(bpy.data, kind)) for kind in KINDS}


def same_pixels(one: RenderedFrame, other: RenderedFrame) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in CHANNELS)


@pytest.fixture(scope="module")
def cup_room() -> LoadedRecipe:
    return load_recipe("cup_room", TINY)


@pytest.fixture(scope="module")
def catalog(cup_room: LoadedRecipe) -> AssetCatalog:
    return catalog_assets(cup_room)


@pytest.fixture
def own_renderer() -> Iterator[BlenderRenderer]:
    renderer = BlenderRenderer({})
    yield renderer
    renderer.close()


def frames_of(
    renderer: BlenderRenderer, loaded: LoadedRecipe, catalog: AssetCatalog, scene: int
) -> list[RenderedFrame]:
    settled, _ = settle_scene(loaded.recipe, catalog, renderer, scene, PartTimes())
    renderer.build(settled)
    return [renderer.render(view) for view in settled.views]


def test_scenes_leave_nothing_behind(cup_room: LoadedRecipe, catalog: AssetCatalog) -> None:
    """Each scene's content is replaced by the next one's: more scenes are not more datablocks.

    Scene 3 is built again after the 30th, because scenes differ in how much they hold. A bounded
    number of datablocks waits for later scenes.
    """
    before = counts()
    renderer = BlenderRenderer({})
    frames_of(renderer, cup_room, catalog, 3)
    with_scene_3 = counts()
    for scene in range(30):
        settled, _ = settle_scene(cup_room.recipe, catalog, renderer, scene, PartTimes())
        renderer.build(settled)
        renderer.render(settled.views[0])
    frames_of(renderer, cup_room, catalog, 3)
    at_the_end = counts()
    for kind, pool in POOLS.items():
        waiting = at_the_end.pop(kind) - with_scene_3.pop(kind)
        assert 0 <= waiting <= pool.MOST_IDLE + SCENE_HOLDS
    assert at_the_end == with_scene_3
    renderer.close()
    assert counts() == before


def test_shared_assets_are_loaded_once(own_renderer: BlenderRenderer) -> None:
    shoot(own_renderer, scene_of([thing(i, "cup", at(i, 0, 0)) for i in (1, 2, 3)]))
    users = {bpy.data.objects[f"synth.0000{i}"].data for i in (1, 2, 3)}
    assert len(users) == 1


def test_order_of_scenes_changes_no_pixel(
    own_renderer: BlenderRenderer, cup_room: LoadedRecipe, catalog: AssetCatalog
) -> None:
    upward = [frames_of(own_renderer, cup_room, catalog, scene) for scene in (0, 1, 2, 3)]
    downward = [frames_of(own_renderer, cup_room, catalog, scene) for scene in (3, 2, 1, 0)]
    for one, other in zip(upward, reversed(downward), strict=True):
        assert all(map(same_pixels, one, other))


@pytest.mark.parametrize("engine", ["EEVEE", "WORKBENCH"])
def test_shapes_that_grow_show_at_the_edge(own_renderer: BlenderRenderer, engine: str) -> None:
    """These engines leave out what they hold to be out of sight, by the bounds of its mesh."""
    render = RENDER.model_copy(update={"engine": engine})
    lens = Intrinsics(width=32, height=24, fx=40.0, fy=40.0, cx=16.0, cy=12.0)
    view = view_from((0, -2, 0), intrinsics=lens)
    for size in (0.1, 1.0):
        scene = scene_of([thing(1, "cube", at(1.1, 0, 0), size_m=size)], surfaces=(), render=render)
        frame = shoot(own_renderer, scene, view)[0].frame
    seen = frame.instance_ids == 1
    assert 10 < seen.sum() < 200
    assert (frame.rgb[seen] != frame.rgb[0, 0]).any(axis=-1).mean() > 0.9


def test_views_after_others_equal_fresh_renders(
    own_renderer: BlenderRenderer, cup_room: LoadedRecipe, catalog: AssetCatalog
) -> None:
    """What the renderer keeps between views changes no pixel, with other lenses between either."""
    settled, _ = settle_scene(cup_room.recipe, catalog, own_renderer, 1, PartTimes())
    own_renderer.build(settled)
    kept = [own_renderer.render(view) for view in settled.views]
    own_renderer.render(view_from((0.5, -0.8, 0.6), number=9))
    again = own_renderer.render(settled.views[0])
    assert own_renderer.builder.scene.render.use_persistent_data
    assert same_pixels(kept[0], again)
    for view, frame in zip(settled.views, kept, strict=True):
        fresh = BlenderRenderer({})
        try:
            fresh.load(settled.spec)
            fresh.build(settled)
            fresh.builder.scene.render.use_persistent_data = False
            assert same_pixels(fresh.render(view), frame)
        finally:
            fresh.close()


def test_two_renderers_work_side_by_side(own_renderer: BlenderRenderer) -> None:
    view = view_from((0, -1, 0.3))
    cube, cup = scene_of([thing(1, "cube")]), scene_of([thing(1, "cup")])
    expected = shoot(own_renderer, cube, view)[0].frame
    other = BlenderRenderer({})
    try:
        shoot(own_renderer, cube)
        shoot(other, cup, view)
        assert same_pixels(own_renderer.render(view), expected)
    finally:
        other.close()


def test_intermediate_files_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cup_room: LoadedRecipe, catalog: AssetCatalog
) -> None:
    monkeypatch.setattr(scratch, "_RAM_DISK", tmp_path)
    renderer = BlenderRenderer({})
    frames_of(renderer, cup_room, catalog, 0)
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size] == []
    renderer.close()
    assert list(tmp_path.iterdir()) == []


def test_intermediate_files_are_removed_after_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "_RAM_DISK", tmp_path / "ram")
    (tmp_path / "ram").mkdir()

    def fail(*_: object) -> None:
        raise RenderError("failed on purpose")

    monkeypatch.setattr(BlenderRenderer, "expose", fail)
    settings = [word for setting in TINY for word in ("--set", setting)]
    assert run(["generate", "cube", "-o", str(tmp_path / "data"), "--scenes", "1", *settings]) == 3
    assert list((tmp_path / "ram").iterdir()) == []


class UserFile:
    """A user's open scene, and all that a run may not change about it."""

    def __init__(self) -> None:
        scene = bpy.context.scene
        self.mesh = bpy.data.meshes.new("mine")
        self.mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
        self.mesh.materials.append(bpy.data.materials.new("mine"))
        item = bpy.data.objects.new("synth.00001", self.mesh)  # a name that a run uses, too
        item.location, item.rotation_euler = (1, 2, 3), (0.1, 0.2, 0.3)
        item.pass_index = 17
        item.keyframe_insert("location", frame=1)
        scene.collection.objects.link(item)
        scene.collection.children.link(bpy.data.collections.new("mine"))
        scene.world = scene.world or bpy.data.worlds.new("mine")
        scene.world.color = (0.3, 0.2, 0.1)
        scene.render.resolution_x, scene.render.resolution_y = 123, 77
        scene.render.filepath = "//mine"
        scene.render.image_settings.file_format = "JPEG"
        scene.cycles.samples = 99
        scene.frame_set(7)
        bpy.context.view_layer.update()

    def state(self) -> dict[str, object]:
        scene = bpy.context.scene
        return {
            "scene": scene.name,
            "scenes": [item.name for item in bpy.data.scenes],
            "objects": [
                (
                    o.name,
                    o.data,
                    o.pass_index,
                    o.hide_render,
                    [tuple(row) for row in o.matrix_world],
                )
                for o in scene.objects
            ],
            "collections": [child.name for child in scene.collection.children_recursive],
            "selected": [o.name for o in scene.objects if o.select_get()],
            "active": bpy.context.view_layer.objects.active,
            "camera": scene.camera,
            "world": (scene.world, tuple(scene.world.color)),
            "render": settings_of(scene.render),
            "format": settings_of(scene.render.image_settings),
            "cycles": settings_of(scene.cycles),
            "view": settings_of(scene.view_settings),
            "layers": [settings_of(layer) for layer in scene.view_layers],
            "frame": scene.frame_current,
            "physics": scene.rigidbody_world,
            "counts": counts(),
            "file": (bpy.data.filepath, bpy.data.is_saved),
        }


def settings_of(owner: bpy.types.bpy_struct) -> dict[str, object]:
    """Return the plain values of a struct."""
    plain = {"BOOLEAN", "INT", "FLOAT", "STRING", "ENUM"}
    return {
        item.identifier: value if isinstance(value, str | int | float) else tuple(value)
        for item in owner.bl_rna.properties
        if item.type in plain
        for value in [getattr(owner, item.identifier)]
    }


@pytest.fixture
def user_file() -> Iterator[UserFile]:
    bpy.ops.wm.read_factory_settings()
    yield UserFile()
    bpy.ops.wm.read_factory_settings()


def test_the_open_file_is_untouched_by_a_run(user_file: UserFile, tmp_path: Path) -> None:
    before = user_file.state()
    settings = [word for setting in TINY for word in ("--set", setting)]
    assert run(["generate", "cup_room", "-o", str(tmp_path), "--scenes", "2", *settings]) == 0
    assert user_file.state() == before


def test_the_open_file_is_untouched_by_a_failed_run(
    user_file: UserFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RenderError("failed on purpose")

    before = user_file.state()
    monkeypatch.setattr(BlenderRenderer, "expose", fail)
    settings = [word for setting in TINY for word in ("--set", setting)]
    assert run(["generate", "cup_room", "-o", str(tmp_path), "--scenes", "2", *settings]) == 3
    assert user_file.state() == before


def test_names_in_the_open_file_change_no_pixel(tmp_path: Path) -> None:
    """A user's object called as ours must not take an instance's place."""
    view = view_from((0, -1, 0.3))
    scene = scene_of(
        [thing(1, "cube"), thing(2, "cup", at(0.2, 0, 0))],
        render=RENDER.model_copy(update={"coverage": True}),
    )
    clean = BlenderRenderer({})
    expected = shoot(clean, scene, view)[0].frame
    clean.close()
    bpy.ops.wm.read_factory_settings()
    UserFile()
    renderer = BlenderRenderer({})
    try:
        found = shoot(renderer, scene, view)[0].frame
        assert same_pixels(found, expected)
        assert np.array_equal(found.coverage, expected.coverage)
    finally:
        renderer.close()
        bpy.ops.wm.read_factory_settings()


_NOISY_THREADS = """
import os, sys, threading
from synth_addon.core.asset_catalog import catalog_assets
from synth_addon.core.settling import settle_scene
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.core.timing import PartTimes
from synth_addon.blender.renderer import BlenderRenderer

def raise_errors():
    while True:
        try:
            next(iter(()))
        except StopIteration as error:
            try:
                raise ValueError from error
            except ValueError:
                pass

loaded = load_recipe("cup_room", sys.argv[1:])
catalog = catalog_assets(loaded)
renderer = BlenderRenderer(catalog.paths)
for _ in range(2):
    threading.Thread(target=raise_errors, daemon=True).start()
for scene in range(4):
    settled, _ = settle_scene(loaded.recipe, catalog, renderer, scene, PartTimes())
    renderer.build(settled)
    renderer.render(settled.views[0])
os._exit(0)
"""


def test_other_threads_are_safe(own_renderer: BlenderRenderer) -> None:
    """Blender 4.2 to 5.0 corrupt the Python state of other threads in some calls."""
    done = subprocess.run(
        [sys.executable, "-c", _NOISY_THREADS, *TINY, "physics.max_seconds=0.5"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_memory_stays_the_same(cup_room: LoadedRecipe, catalog: AssetCatalog) -> None:
    renderer = BlenderRenderer({})
    try:
        sizes = []
        for scene in range(40):
            settled, _ = settle_scene(cup_room.recipe, catalog, renderer, scene, PartTimes())
            renderer.build(settled)
            renderer.render(settled.views[0])
            if scene in (9, 39):
                gc.collect()
                sizes.append(resident_mb())
        print(f"\nresident memory after scenes 9 and 39: {sizes[0]:.0f} and {sizes[1]:.0f} MB")
        assert sizes[1] <= 1.05 * sizes[0]
    finally:
        renderer.close()


def resident_mb() -> float:
    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("needs /proc")
    return int(statm.read_text().split()[1]) * 4096 / 1e6
