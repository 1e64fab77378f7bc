"""The extension, registered in this process' Blender, in a file of its own for every test."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import pytest

from synth_addon import extension
from tests.small_disk import mounted  # noqa: F401 - a fixture


@pytest.fixture(scope="session", autouse=True)
def _extension() -> Iterator[None]:
    extension.register()
    yield
    extension.unregister()


@pytest.fixture(autouse=True)
def _empty_file(_extension: None) -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)


@pytest.fixture
def scene() -> bpy.types.Scene:
    return bpy.context.scene


@pytest.fixture
def meshes(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """Three mesh objects of a few centimetres, none selected."""
    made = []
    for name, add in (
        ("Cup.001", bpy.ops.mesh.primitive_cylinder_add),
        ("Ball", bpy.ops.mesh.primitive_ico_sphere_add),
        ("Block", bpy.ops.mesh.primitive_cube_add),
    ):
        add()
        item = bpy.context.object
        item.name, item.scale = name, (0.04, 0.04, 0.04)
        bpy.ops.object.transform_apply(location=False, rotation=False)
        made.append(item)
    bpy.ops.object.select_all(action="DESELECT")
    return made


def select(*items: bpy.types.Object) -> None:
    for item in bpy.context.scene.objects:
        item.select_set(item in items)
