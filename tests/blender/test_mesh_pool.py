"""Meshes that show one shape after the other are those that would have been made anew."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import numpy as np
import pytest

from synth_addon.blender import mesh_pool
from synth_addon.blender.mesh_pool import MeshPool
from synth_addon.blender.meshes import blender_mesh, triangle_mesh
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.scene_spec import ShapeAsset
from synth_addon.core.shapes.catalog import SHAPES, mesh_of


@pytest.fixture
def pool() -> Iterator[MeshPool]:
    pool = MeshPool()
    yield pool
    pool.close()


def shape(name: str, share: float) -> TriangleMesh:
    """Return a shape with its first parameters a share of the way from default to greatest."""
    declared = list(SHAPES[name].parameters.items())[:1]
    values = {key: p.default + share * (p.high - p.default) for key, p in declared}
    return mesh_of(ShapeAsset(shape=name, parameters=values))


def content(data: bpy.types.Mesh) -> dict[str, bytes]:
    """Return all that a mesh holds, and the normals that follow from it."""
    arrays = {"normals": np.array([tuple(corner.vector) for corner in data.corner_normals])}
    for attribute in data.attributes:
        if attribute.name.startswith(".select"):  # of edit mode, and not set at first by Blender 5
            continue
        key = {"FLOAT_VECTOR": "vector", "FLOAT2": "vector"}.get(attribute.data_type, "value")
        values = [getattr(item, key) for item in attribute.data]
        arrays[attribute.name] = np.array([tuple(v) if key == "vector" else v for v in values])
    return {name: values.tobytes() for name, values in arrays.items()}


def shown_box(data: bpy.types.Mesh) -> list[tuple[float, ...]]:
    """Return the corners of a mesh's bounds, by which renderers leave out what is out of sight."""
    item = bpy.data.objects.new("shown", data)
    bpy.context.scene.collection.objects.link(item)
    shown = item.evaluated_get(bpy.context.evaluated_depsgraph_get())
    corners = [tuple(corner) for corner in shown.bound_box]
    bpy.data.objects.remove(item)
    return corners


@pytest.mark.parametrize("name", ["cup", "bottle", "book", "cube", "sphere", "torus"])
def test_a_mesh_that_waited_is_as_a_new_one(pool: MeshPool, name: str) -> None:
    first, second = shape(name, 0.0), shape(name, 0.02)
    used = pool.mesh("one", first)
    used.materials[0] = bpy.data.materials.new("left over")
    boxes = [shown_box(used)]
    pool.release()
    assert pool.mesh("two", second) == used
    fresh = blender_mesh("fresh", second)
    boxes += [shown_box(used), shown_box(fresh)]
    assert boxes[0] != boxes[1] == boxes[2]
    assert content(used) == content(fresh)
    assert np.array_equal(triangle_mesh(used).vertices, second.in_single_precision.vertices)
    assert list(used.materials) == [None]
    bpy.data.materials.remove(bpy.data.materials["left over"])
    bpy.data.meshes.remove(fresh)


def test_meshes_in_use_and_of_other_triangles_are_left_alone(pool: MeshPool) -> None:
    one, other = pool.mesh("a", shape("cup", 0)), pool.mesh("b", shape("cup", 0.02))
    assert one != other
    pool.release()
    assert pool.mesh("c", shape("cube", 0)) not in (one, other)
    assert {pool.mesh("d", shape("cup", 0)), pool.mesh("e", shape("cup", 0))} == {one, other}


def test_few_wait_and_none_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    before = len(bpy.data.meshes)
    monkeypatch.setattr(mesh_pool, "MOST_IDLE", 3)
    pool = MeshPool()
    for share in np.linspace(0, 0.05, 8):
        pool.mesh("shape", shape("cup", float(share)))
    assert len(bpy.data.meshes) == before + 8
    pool.release()
    assert len(bpy.data.meshes) == before + 3
    pool.mesh("shape", shape("cup", 0.01))
    pool.close()
    assert len(bpy.data.meshes) == before


def test_a_new_mesh_has_the_triangles_in_their_order() -> None:
    for name in SHAPES:
        made = mesh_of(ShapeAsset(shape=name))
        data = blender_mesh("whole", made)
        found, expected = triangle_mesh(data), made.in_single_precision
        assert np.array_equal(found.vertices, expected.vertices)
        assert np.array_equal(found.triangles, expected.triangles)
        bpy.data.meshes.remove(data)
