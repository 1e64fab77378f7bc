"""Objects that stand in one scene after the other are those that would have been made anew."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import bpy
import pytest
from mathutils import Matrix

from synth_addon.blender import object_pool
from synth_addon.blender.lamps import light_spec, new_lamp, set_lamp
from synth_addon.blender.object_pool import ObjectPool
from synth_addon.core.light_spec import LightSpec

SPOT = LightSpec(
    kind="spot",
    position=(1, 2, 3),
    target=(0, 0, 0),
    energy=5.0,
    color=(1.0, 0.5, 0.25),
    size_m=0.5,
    angle=0.5,
    blend=0.25,
)
Meshes = tuple[bpy.types.Mesh, bpy.types.Mesh]
KINDS = ("meshes", "objects", "lights", "materials")


@pytest.fixture
def meshes() -> Iterator[Meshes]:
    """One mesh with an empty slot, one with two of which the first has a material."""
    one, two = bpy.data.meshes.new("one"), bpy.data.meshes.new("two")
    inside, beside = bpy.data.materials.new("inside"), bpy.data.materials.new("beside")
    one.materials.append(None)
    two.materials.append(inside)
    two.materials.append(None)
    yield one, two
    bpy.data.batch_remove(ids=[one, two, inside, beside])


@pytest.fixture
def collection() -> Iterator[bpy.types.Collection]:
    collection = bpy.data.collections.new("stand")
    bpy.context.scene.collection.children.link(collection)
    yield collection
    bpy.data.collections.remove(collection)


@pytest.fixture
def pool(meshes: Meshes, collection: bpy.types.Collection) -> Iterator[ObjectPool]:
    pool = ObjectPool(collection)
    yield pool
    pool.close()


def slots(item: bpy.types.Object) -> list[tuple[str, bpy.types.Material | None]]:
    return [(slot.link, slot.material) for slot in item.material_slots]


def test_an_object_forgets_the_scene_before(pool: ObjectPool, meshes: Meshes) -> None:
    one, two = meshes
    item = pool.place_mesh("thing", one)
    item.matrix_world = Matrix.Translation((1, 2, 3))
    item.material_slots[0].link = "OBJECT"
    item.material_slots[0].material = bpy.data.materials["beside"]
    users = bpy.data.materials["beside"].users
    pool.release()
    assert bpy.data.materials["beside"].users == users - 1
    again = pool.place_mesh("thing", two)
    assert again == item and again.data == two
    assert slots(again) == [("DATA", bpy.data.materials["inside"]), ("DATA", None)]


def test_objects_stand_in_the_order_in_which_they_are_placed(
    pool: ObjectPool, meshes: Meshes, collection: bpy.types.Collection
) -> None:
    """Blender hands them to the renderer in this order."""
    for names in (["a", "b", "c"], ["c", "a"], ["b", "d", "a"]):
        for name in names:
            pool.place_mesh(name, meshes[0])
        assert [item.name for item in collection.objects] == names
        pool.release()
        assert not collection.objects


def test_meshes_can_go_while_their_objects_wait(pool: ObjectPool) -> None:
    data, other = bpy.data.meshes.new("short-lived"), bpy.data.meshes.new("next")
    item = pool.place_mesh("thing", data)
    pool.release()
    bpy.data.batch_remove(ids=[data])
    assert pool.place_mesh("thing", other) == item
    pool.release()
    bpy.data.meshes.remove(other)


def test_lamps_wait_for_others_of_their_kind(pool: ObjectPool) -> None:
    make = partial(new_lamp, kind="spot")
    lamp = pool.place("lamp", "spot", make)
    set_lamp(lamp, SPOT.model_copy(update={"energy": 70.0, "blend": 0.75, "size_m": 0.25}))
    pool.release()
    assert pool.place("lamp", "sun", partial(new_lamp, kind="sun")) != lamp
    assert pool.place("lamp", "spot", make) == lamp
    set_lamp(lamp, SPOT)
    fresh = pool.place("fresh", "spot", make)
    set_lamp(fresh, SPOT)
    bpy.context.view_layer.update()
    assert light_spec(lamp) == light_spec(fresh)
    assert light_spec(lamp).energy == SPOT.energy


def test_few_wait_and_none_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_pool, "MOST_IDLE", 3)
    before = {kind: len(getattr(bpy.data, kind)) for kind in KINDS}
    pool = ObjectPool(bpy.context.scene.collection)
    data = bpy.data.meshes.new("shared")
    for number in range(5):
        pool.place_mesh(f"thing {number}", data)
        pool.place(f"lamp {number}", "sun", partial(new_lamp, kind="sun"))
    pool.release()
    assert len(bpy.data.objects) == before["objects"] + 3
    assert len(bpy.data.lights) <= before["lights"] + 3
    pool.close()
    bpy.data.meshes.remove(data)
    assert {kind: len(getattr(bpy.data, kind)) for kind in KINDS} == before
