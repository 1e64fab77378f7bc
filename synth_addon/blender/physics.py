"""Drops objects with Blender's rigid bodies, in a scene of its own that is removed afterwards.

Lengths are simulated at ten times their size (and gravity with them), because the solver's fixed
tolerances are made for bodies of about a metre.
"""

from __future__ import annotations

from collections.abc import Mapping

import bpy
import numpy as np
from mathutils import Matrix, Vector

from ..core.scene_spec import FixtureSpec, ObjectSpec, PhysicsSpec, Pose, SceneSpec, SurfaceSpec
from ..core.transforms import Array
from .assets import LoadedAsset
from .datablocks import Datablocks

LENGTH_SCALE = 10.0
_MARGIN = 0.0002 * LENGTH_SCALE
_SOLVER_ITERATIONS = 20
_BODY_TYPES = {"convex_hull": "CONVEX_HULL", "box": "BOX", "sphere": "SPHERE", "mesh": "MESH"}


class DropStage:
    """Where objects fall: a scene with a rigid body world.

    Make it before other threads run Python. Adding such a world takes an operator in an overridden
    context, which Blender with Python 3.11 reads without the interpreter's lock while another
    thread holds it: that corrupts memory. Everything after goes without operators.
    """

    def __init__(self) -> None:
        self._scene = bpy.data.scenes.new("synth drop")
        with bpy.context.temp_override(scene=self._scene):
            bpy.ops.rigidbody.world_add()

    def settle(self, spec: SceneSpec, assets: Mapping[str, LoadedAsset]) -> tuple[Pose, ...]:
        """Return the poses at rest, or at the time limit; the start poses if nothing falls."""
        if not spec.physics.enabled or not spec.objects:
            return tuple(item.pose for item in spec.objects)
        blocks = Datablocks()
        scene = self._scene
        try:
            bodies = _build(scene, spec, assets, blocks)
            _run(scene, spec.physics, bodies)
            depsgraph = scene.view_layers[0].depsgraph
            return tuple(
                _pose(
                    body.evaluated_get(depsgraph).matrix_world,
                    _middle(item, assets[item.asset_key]),
                )
                for item, body in zip(spec.objects, bodies, strict=True)
            )
        finally:
            _clear(scene)
            blocks.remove_all()

    def close(self) -> None:
        """Remove the scene."""
        bpy.data.scenes.remove(self._scene)


def _build(
    scene: bpy.types.Scene,
    spec: SceneSpec,
    assets: Mapping[str, LoadedAsset],
    blocks: Datablocks,
) -> list[bpy.types.Object]:
    world = scene.rigidbody_world
    world.collection = blocks.own(bpy.data.collections.new("synth bodies"))
    world.substeps_per_frame = spec.physics.substeps
    world.solver_iterations = _SOLVER_ITERATIONS
    scene.render.fps = spec.physics.steps_per_second
    scene.gravity = (0.0, 0.0, -spec.physics.gravity * LENGTH_SCALE)
    for surface in spec.surfaces:
        _add_surface(scene, surface, blocks)
    for fixture in spec.fixtures:
        _add_fixture(scene, fixture, assets[fixture.asset_key], blocks)
    return [_add_body(scene, item, assets[item.asset_key], blocks) for item in spec.objects]


def _add_surface(scene: bpy.types.Scene, surface: SurfaceSpec, blocks: Datablocks) -> None:
    slab = blocks.own(bpy.data.meshes.new("synth slab"))
    half = np.asarray(surface.size) * LENGTH_SCALE / 2
    corners = (((np.arange(8)[:, None] >> np.arange(3)) & 1) * 2 - 1) * half
    slab.from_pydata(corners.tolist(), [], [])
    item = blocks.own(bpy.data.objects.new("synth slab", slab))
    item.location = [value * LENGTH_SCALE for value in surface.center]
    _link(scene, item)
    _make_passive(item.rigid_body, "BOX")


def _add_fixture(
    scene: bpy.types.Scene, fixture: FixtureSpec, asset: LoadedAsset, blocks: Datablocks
) -> None:
    """Add what stands in the room; its scale is applied to the mesh, as for falling bodies."""
    mesh = blocks.own(asset.mesh.copy())
    mesh.transform(Matrix.Scale(fixture.scale * LENGTH_SCALE, 4))
    item = blocks.own(bpy.data.objects.new("synth fixture", mesh))
    pose = Matrix(fixture.pose.matrix.tolist())
    pose.translation *= LENGTH_SCALE
    item.matrix_world = pose
    _link(scene, item)
    _make_passive(item.rigid_body, "MESH")


def _make_passive(body: bpy.types.RigidBodyObject, collision_shape: str) -> None:
    body.type = "PASSIVE"
    body.collision_shape = collision_shape
    body.use_margin, body.collision_margin = True, _MARGIN
    body.friction, body.restitution = 1.0, 1.0


def _add_body(
    scene: bpy.types.Scene, spec: ObjectSpec, asset: LoadedAsset, blocks: Datablocks
) -> bpy.types.Object:
    """Add one falling body; friction and bounce multiply with the surfaces' 1.

    The scale is applied to the mesh, because bodies whose object is scaled collide wrongly, and
    the body's own frame is in the middle of the object, because there Bullet has its mass.
    """
    source = asset.mesh if spec.body.collision_shape == "mesh" else asset.hull
    mesh = blocks.own(source.copy())
    middle = _middle(spec, asset)
    mesh.transform(Matrix.Translation(-middle) @ Matrix.Scale(spec.scale * LENGTH_SCALE, 4))
    item = blocks.own(bpy.data.objects.new("synth body", mesh))
    pose = Matrix(spec.pose.matrix.tolist())
    pose.translation *= LENGTH_SCALE
    item.matrix_world = pose @ Matrix.Translation(middle)
    _link(scene, item)
    body = item.rigid_body
    body.type = "ACTIVE"
    body.collision_shape = _BODY_TYPES[spec.body.collision_shape]
    body.use_margin, body.collision_margin = True, _MARGIN
    body.mass = spec.body.mass_kg
    body.friction, body.restitution = spec.body.friction, spec.body.restitution
    body.linear_damping, body.angular_damping = 0.04, 0.2
    body.use_deactivation = False
    return item


def _middle(spec: ObjectSpec, asset: LoadedAsset) -> Vector:
    """Return the middle of an object's box in its own frame, in simulated lengths."""
    low, high = asset.triangles.bounds
    return Vector((low + high) / 2) * (spec.scale * LENGTH_SCALE)


def _link(scene: bpy.types.Scene, item: bpy.types.Object) -> None:
    """Put an object into the scene; being in the world's collection makes it a rigid body."""
    scene.collection.objects.link(item)
    scene.rigidbody_world.collection.objects.link(item)


def _run(scene: bpy.types.Scene, physics: PhysicsSpec, bodies: list[bpy.types.Object]) -> None:
    """Step until all bodies have been slow for long enough, or the time is up."""
    rate = physics.steps_per_second
    last_frame = round(physics.max_seconds * rate)
    needed = max(1, round(physics.rest_seconds * rate))
    scene.rigidbody_world.point_cache.frame_start = 1
    scene.rigidbody_world.point_cache.frame_end = last_frame + 1
    slow_frames, before = 0, None
    for frame in range(1, last_frame + 1):
        scene.frame_set(frame)
        now = _corners(scene, bodies)
        if before is not None:
            speed = np.abs(now - before).max() * rate / LENGTH_SCALE
            slow_frames = slow_frames + 1 if speed < physics.rest_speed else 0
            if slow_frames >= needed:
                return
        before = now


def _corners(scene: bpy.types.Scene, bodies: list[bpy.types.Object]) -> Array:
    """Return where the corners of all bodies' boxes are: turning counts as moving."""
    depsgraph = scene.view_layers[0].depsgraph
    matrices = np.array([body.evaluated_get(depsgraph).matrix_world for body in bodies])
    boxes = np.array([body.bound_box for body in bodies])
    return np.einsum("nij,nkj->nki", matrices[:, :3, :3], boxes) + matrices[:, None, :3, 3]


def _pose(matrix: Matrix, middle: Vector) -> Pose:
    """Return the object's pose, given that of its body, whose frame is in its `middle`."""
    location, rotation, _ = (matrix @ Matrix.Translation(-middle)).decompose()
    x, y, z = (float(value) / LENGTH_SCALE for value in location)
    return Pose(translation=(x, y, z), quaternion=tuple(float(value) for value in rotation))


def _clear(scene: bpy.types.Scene) -> None:
    """Let Bullet forget all bodies before they are removed: removing alone leaves it with pointers.

    It does so when the simulation begins anew, here with no bodies.
    """
    nothing = bpy.data.collections.new("synth nothing")
    scene.rigidbody_world.collection = nothing
    for frame in (1, 2):
        scene.frame_set(frame)
    bpy.data.collections.remove(nothing)
