"""Drops objects with Blender's rigid bodies, in a scene of its own that is removed afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import bpy
import numpy as np

from ..core.collision.bodies import CollisionBody
from ..core.collision.calming import calmed
from ..core.scene_spec import PhysicsSpec, Pose, SceneSpec
from ..core.transforms import Array
from .assets import LoadedAsset
from .bodies import LENGTH_SCALE, FallingBody, add_body, add_fixture, add_surface, pose_of
from .datablocks import Datablocks

_SOLVER_ITERATIONS = 20
Standing = tuple[Array, ...] | None
Poses = tuple[Pose, ...]


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

    def settle(
        self,
        spec: SceneSpec,
        assets: Mapping[str, LoadedAsset],
        shapes: Sequence[CollisionBody],
        standing: Sequence[Standing],
    ) -> Poses:
        """Return the poses at rest, or at the time limit.

        Args:
            shapes: what each object of the spec collides with.
            standing: the convex parts of each fixture, or None for its mesh.
        """
        blocks = Datablocks()
        scene = self._scene
        try:
            bodies = _build(scene, spec, assets, shapes, standing, blocks)
            return _drop(scene, spec, bodies)
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
    shapes: Sequence[CollisionBody],
    standing: Sequence[Standing],
    blocks: Datablocks,
) -> list[FallingBody]:
    world = scene.rigidbody_world
    world.collection = blocks.own(bpy.data.collections.new("synth bodies"))
    world.substeps_per_frame = spec.physics.substeps
    world.solver_iterations = _SOLVER_ITERATIONS
    scene.render.fps = spec.physics.steps_per_second
    scene.gravity = (0.0, 0.0, -spec.physics.gravity * LENGTH_SCALE)
    for surface in spec.surfaces:
        add_surface(scene, surface, blocks)
    for fixture, parts in zip(spec.fixtures, standing, strict=True):
        add_fixture(scene, fixture, assets[fixture.asset_key], parts, blocks)
    return [
        add_body(scene, item, assets[item.asset_key], shape, blocks)
        for item, shape in zip(spec.objects, shapes, strict=True)
    ]


def _drop(scene: bpy.types.Scene, spec: SceneSpec, bodies: Sequence[FallingBody]) -> Poses:
    """Let the bodies fall; what is not at rest by then goes on from standstill, damped."""
    physics = spec.physics
    falling = min(physics.calm_after, physics.max_seconds)
    poses, still = _fall(scene, physics, bodies, falling)
    if still or falling >= physics.max_seconds:
        return poses
    for body, calm in zip(bodies, calmed(spec, poses).objects, strict=True):
        body.start_from(calm)
    return _fall(scene, physics, bodies, physics.max_seconds - falling)[0]


def _fall(
    scene: bpy.types.Scene, physics: PhysicsSpec, bodies: Sequence[FallingBody], seconds: float
) -> tuple[Poses, bool]:
    """Return the poses after at most so many seconds from standstill, and whether all rest."""
    still = _step_until_still(scene, physics, bodies, seconds)
    depsgraph = scene.view_layers[0].depsgraph
    poses = tuple(pose_of(body, body.item.evaluated_get(depsgraph).matrix_world) for body in bodies)
    return poses, still


def _step_until_still(
    scene: bpy.types.Scene, physics: PhysicsSpec, bodies: Sequence[FallingBody], seconds: float
) -> bool:
    """Step until all bodies have been slow for long enough, or the time is up; return which."""
    rate = physics.steps_per_second
    last_frame = round(seconds * rate)
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
                return True
        before = now
    return False


def _corners(scene: bpy.types.Scene, bodies: Sequence[FallingBody]) -> Array:
    """Return where the corners of all bodies' boxes are: turning counts as moving."""
    depsgraph = scene.view_layers[0].depsgraph
    matrices = np.array([body.item.evaluated_get(depsgraph).matrix_world for body in bodies])
    boxes = np.array([body.corners for body in bodies])
    return np.einsum("nij,nkj->nki", matrices[:, :3, :3], boxes) + matrices[:, None, :3, 3]


def _clear(scene: bpy.types.Scene) -> None:
    """Let Bullet forget all bodies before they are removed: removing alone leaves it with pointers.

    It does so when the simulation begins anew, here with no bodies.
    """
    nothing = bpy.data.collections.new("synth nothing")
    scene.rigidbody_world.collection = nothing
    for frame in (1, 2):
        scene.frame_set(frame)
    bpy.data.collections.remove(nothing)
