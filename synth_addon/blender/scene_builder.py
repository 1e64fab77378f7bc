"""Builds settled scenes, one after the other, in a Blender scene that leaves nothing behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import bpy
from mathutils import Matrix

from ..core.fine_slab import fine_surface_mesh
from ..core.mesh import TriangleMesh
from ..core.scene_spec import (
    FixtureSpec,
    MaterialSpec,
    ObjectSpec,
    Pose,
    SceneSpec,
    SettledScene,
    SurfaceSpec,
    texture_projection,
)
from ..core.slab import surface_mesh
from .adjustment import adjusted_material
from .assets import LoadedAsset
from .datablocks import Datablocks
from .environment import build_world
from .images import ImageLibrary
from .lamps import new_lamp, set_lamp
from .material_pool import MaterialPool
from .materials import ON_UVS
from .mesh_pool import MeshPool
from .meshes import blender_mesh
from .object_pool import ObjectPool
from .texture_coordinates import Placement

MOST_IDLE = 32
"""Worlds, their images and adjusted materials that wait to be removed: the first takes 1.4 ms."""


class SceneBuilder:
    """Owns the Blender scene that is rendered, and its content.

    Attributes:
        names: what each instance is called in Blender, where the open file may have taken a name.

    Args:
        paths: where each file that a spec names lies.
    """

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._images = ImageLibrary(paths)
        self._content, self._large = Datablocks(), Datablocks()
        self._pool = MaterialPool(self._images)
        self._materials: dict[tuple[MaterialSpec, Placement], bpy.types.Material] = {}
        self._meshes = MeshPool()
        self._shapes: dict[TriangleMesh, bpy.types.Mesh] = {}
        self.names: dict[int, str] = {}
        self.scene = bpy.data.scenes.new("synth")
        self.lens = bpy.data.cameras.new("synth camera")
        self.camera = bpy.data.objects.new("synth camera", self.lens)
        self._objects = ObjectPool(self.scene.collection)
        self.scene.collection.objects.link(self.camera)
        self.scene.camera = self.camera

    def check_image(self, file: str) -> None:
        """Make sure that an image can be read; see `ImageLibrary.check`."""
        self._images.check(file)

    def plan(self, spec: SceneSpec) -> None:
        """Plan the materials of a scene that is to be built; any thread may do so."""
        wanted = [(item.material, ON_UVS) for item in spec.surfaces]
        for item in spec.things:
            if item.material is not None:
                wanted.append((item.material, _placement(item)))
        self._pool.plan(wanted)

    def build(self, scene: SettledScene, assets: Sequence[LoadedAsset]) -> None:
        """Replace the content of the Blender scene.

        Args:
            assets: of the spec's `things`, in their order.
        """
        self._take_out()
        spec, loaded = scene.spec, iter(assets)
        for item, pose in zip(spec.objects, scene.poses, strict=True):
            self._add_object(item, pose, next(loaded))
        first = max(self.names, default=0) + 1  # beyond the objects' ids
        for number, surface in enumerate(spec.surfaces, first + len(spec.fixtures)):
            self._add_surface(surface).pass_index = number
        for number, fixture in enumerate(spec.fixtures, first):
            self._add_fixture(fixture, next(loaded)).pass_index = number
        for number, light in enumerate(spec.lights):
            make, name = partial(new_lamp, kind=light.kind), f"synth {light.kind} lamp {number}"
            set_lamp(self._objects.place(name, light.kind, make), light)
        aspect = _picture_aspect(scene)
        self.scene.world = build_world(
            "synth world", spec.environment, self._images, self._content, aspect
        )

    def clear(self) -> None:
        """Take out all content but the camera; only what other scenes can use stays in Blender."""
        self._take_out()
        self._content.remove_all()

    def close(self) -> None:
        """Remove the scene and everything in it."""
        self.clear()
        self._objects.close()
        self._meshes.close()
        self._pool.close()
        self._images.close()
        bpy.data.objects.remove(self.camera)
        bpy.data.cameras.remove(self.lens)
        bpy.data.scenes.remove(self.scene)

    def _take_out(self) -> None:
        """Empty the scene, and forget what the renderer kept of it."""
        self.scene.render.use_persistent_data = False
        self._objects.release()
        if len(self._content) > MOST_IDLE:
            self._content.remove_all()
        self._large.remove_all()
        self._meshes.release()
        self._pool.release()
        self._materials, self._shapes = {}, {}
        self.names = {}

    def _add_object(self, spec: ObjectSpec, pose: Pose, asset: LoadedAsset) -> None:
        item = self._add_mesh(f"synth.{spec.instance_id:05d}", spec, pose, asset)
        self.names[spec.instance_id] = item.name
        item.pass_index = spec.instance_id

    def _add_fixture(self, spec: FixtureSpec, asset: LoadedAsset) -> bpy.types.Object:
        return self._add_mesh(f"synth {spec.name}", spec, spec.pose, asset)

    def _add_mesh(
        self, name: str, spec: ObjectSpec | FixtureSpec, pose: Pose, asset: LoadedAsset
    ) -> bpy.types.Object:
        item = self._objects.place_mesh(name, self._mesh(asset))
        item.matrix_world = Matrix(pose.matrix.tolist()) @ Matrix.Scale(spec.scale, 4)
        self._dress(item, spec)
        return item

    def _mesh(self, asset: LoadedAsset) -> bpy.types.Mesh:
        """Return the mesh that all objects of an asset share."""
        if asset.mesh is not None:
            return asset.mesh
        if asset.triangles not in self._shapes:
            self._shapes[asset.triangles] = self._meshes.mesh("synth shape", asset.triangles)
        return self._shapes[asset.triangles]

    def _dress(self, item: bpy.types.Object, spec: ObjectSpec | FixtureSpec) -> None:
        """Give an object materials of its own, if any; the mesh keeps those that it shares."""
        if spec.material is not None:
            material = self._material(f"{item.name} material", spec.material, _placement(spec))
            for slot in item.material_slots:
                slot.link, slot.material = "OBJECT", material
        elif isinstance(spec, ObjectSpec) and spec.adjust is not None:
            for slot in item.material_slots:
                original = slot.material
                slot.link = "OBJECT"
                if original is not None:
                    changed = adjusted_material(original, spec.adjust, self._images)
                    slot.material = self._content.own(changed)

    def _add_surface(self, spec: SurfaceSpec) -> bpy.types.Object:
        name = f"synth {spec.name}"
        if spec.material.moves_surface:  # the mesh is too large to keep
            data = self._large.own(blender_mesh(name, fine_surface_mesh(spec)))
        else:
            data = self._meshes.mesh(name, surface_mesh(spec))
        data.materials[0] = self._material(f"{name} material", spec.material)
        item = self._objects.place_mesh(name, data)
        item.matrix_world = Matrix.Translation(spec.center)
        return item

    def _material(
        self, name: str, spec: MaterialSpec, placement: Placement = ON_UVS
    ) -> bpy.types.Material:
        """Return a material; equal ones of a scene, such as those of four walls, are one."""
        key = spec, placement
        if key not in self._materials:
            self._materials[key] = self._pool.material(name, spec, placement)
        return self._materials[key]


def _placement(item: ObjectSpec | FixtureSpec) -> Placement:
    return Placement(texture_projection(item.asset), item.scale)


def _picture_aspect(scene: SettledScene) -> float:
    """Return width over height of the scene's pictures, which all views share."""
    if not scene.views:
        return 1.0
    intrinsics = scene.views[0].intrinsics
    return intrinsics.width / intrinsics.height
