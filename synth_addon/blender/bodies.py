"""Makes Blender's rigid bodies from a scene spec.

Lengths are simulated at ten times their size (and gravity with them), because the solver's fixed
tolerances are made for bodies of about a metre.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Matrix, Vector

from ..core.collision.bodies import CollisionBody
from ..core.scene_spec import FixtureSpec, ObjectSpec, Pose, SurfaceSpec
from ..core.transforms import Array
from .assets import LoadedAsset
from .datablocks import Datablocks
from .meshes import point_mesh

LENGTH_SCALE = 10.0
MARGIN = 0.0002 * LENGTH_SCALE
_SIMPLE_SHAPES = {"box": "BOX", "sphere": "SPHERE"}


@dataclass(frozen=True, eq=False)
class FallingBody:
    """One object on the drop stage.

    Attributes:
        item: the Blender object that Bullet moves.
        middle: the origin of its frame in the asset's own, simulated lengths.
        corners: (8, 3), the box around it in its frame.
    """

    item: bpy.types.Object
    middle: Vector
    corners: Array

    def start_from(self, spec: ObjectSpec) -> None:
        """Stand still at an object's pose, damped as it says, when the simulation begins anew."""
        pose = Matrix(spec.pose.matrix.tolist())
        pose.translation *= LENGTH_SCALE
        self.item.matrix_world = pose @ Matrix.Translation(self.middle)
        body = self.item.rigid_body
        body.linear_damping = spec.body.linear_damping
        body.angular_damping = spec.body.angular_damping


def add_surface(scene: bpy.types.Scene, surface: SurfaceSpec, blocks: Datablocks) -> None:
    """Add a slab of the room; friction and bounce multiply, so that of the others counts."""
    half = np.asarray(surface.size) * LENGTH_SCALE / 2
    corners = (((np.arange(8)[:, None] >> np.arange(3)) & 1) * 2 - 1) * half
    item = blocks.own(bpy.data.objects.new("synth slab", _cloud(corners, blocks)))
    item.location = [value * LENGTH_SCALE for value in surface.center]
    _link(scene, item)
    _make_passive(item, "BOX")


def add_fixture(
    scene: bpy.types.Scene,
    fixture: FixtureSpec,
    asset: LoadedAsset,
    parts: Sequence[Array] | None,
    blocks: Datablocks,
) -> None:
    """Add what stands in the room, as convex parts or as its mesh.

    The scale is applied to the points, as for falling bodies.
    """
    size = fixture.scale * LENGTH_SCALE
    if parts is None:
        mesh = blocks.own(asset.new_mesh())
        mesh.transform(Matrix.Scale(size, 4))
        _add_standing(scene, fixture.pose, mesh, "MESH", blocks)
    for part in parts or ():
        _add_standing(scene, fixture.pose, _cloud(size * part, blocks), "CONVEX_HULL", blocks)


def _add_standing(
    scene: bpy.types.Scene, pose: Pose, mesh: bpy.types.Mesh, shape: str, blocks: Datablocks
) -> None:
    item = blocks.own(bpy.data.objects.new("synth fixture", mesh))
    matrix = Matrix(pose.matrix.tolist())
    matrix.translation *= LENGTH_SCALE
    item.matrix_world = matrix
    _link(scene, item)
    _make_passive(item, shape)


def add_body(
    scene: bpy.types.Scene,
    spec: ObjectSpec,
    asset: LoadedAsset,
    shape: CollisionBody,
    blocks: Datablocks,
) -> FallingBody:
    """Add one falling body.

    The scale is applied to the points, because bodies whose object is scaled collide wrongly, and
    the body's own frame is in the object's middle of mass, because there Bullet has it.
    """
    size = spec.scale * LENGTH_SCALE
    middle = size * shape.middle
    parts = [size * part - middle for part in shape.parts]
    item = _new_item(spec, asset, parts, middle, blocks)
    _link(scene, item)
    body = _rigid_body(item, _body_type(spec, parts))
    body.type = "ACTIVE"
    body.mass = shape.mass_kg
    body.friction, body.restitution = spec.body.friction, spec.body.restitution
    body.use_deactivation = False
    if body.collision_shape == "COMPOUND":
        for part in parts:
            _add_part(scene, item, part, blocks)
    falling = FallingBody(item, Vector(middle), size * asset.triangles.box_corners - middle)
    falling.start_from(spec)
    return falling


def pose_of(body: FallingBody, matrix: Matrix) -> Pose:
    """Return the object's pose, given its body's evaluated matrix."""
    location, rotation, _ = (matrix @ Matrix.Translation(-body.middle)).decompose()
    x, y, z = (float(value) / LENGTH_SCALE for value in location)
    return Pose(translation=(x, y, z), quaternion=tuple(float(value) for value in rotation))


def _new_item(
    spec: ObjectSpec,
    asset: LoadedAsset,
    parts: Sequence[Array],
    middle: Array,
    blocks: Datablocks,
) -> bpy.types.Object:
    if spec.body.collision_shape == "mesh":
        mesh = blocks.own(asset.new_mesh())
        shift = Matrix.Translation(-Vector(middle))
        mesh.transform(shift @ Matrix.Scale(spec.scale * LENGTH_SCALE, 4))
    else:
        mesh = _cloud(np.concatenate(parts), blocks)
    return blocks.own(bpy.data.objects.new("synth body", mesh))


def _body_type(spec: ObjectSpec, parts: Sequence[Array]) -> str:
    wanted = spec.body.collision_shape
    if wanted == "mesh":
        return "MESH"
    return _SIMPLE_SHAPES.get(wanted, "COMPOUND" if len(parts) > 1 else "CONVEX_HULL")


def _add_part(
    scene: bpy.types.Scene, parent: bpy.types.Object, points: Array, blocks: Datablocks
) -> None:
    """Add one convex part; Bullet makes the children of a compound body its shape."""
    child = blocks.own(bpy.data.objects.new("synth part", _cloud(points, blocks)))
    child.parent = parent
    _link(scene, child)
    _rigid_body(child, "CONVEX_HULL").type = "PASSIVE"


def _cloud(points: Array, blocks: Datablocks) -> bpy.types.Mesh:
    return blocks.own(point_mesh("synth points", points))


def _make_passive(item: bpy.types.Object, shape: str) -> None:
    body = _rigid_body(item, shape)
    body.type = "PASSIVE"
    body.friction, body.restitution = 1.0, 1.0


def _rigid_body(item: bpy.types.Object, shape: str) -> bpy.types.RigidBodyObject:
    body = item.rigid_body
    body.collision_shape = shape
    body.use_margin, body.collision_margin = True, MARGIN
    return body


def _link(scene: bpy.types.Scene, item: bpy.types.Object) -> None:
    """Put an object into the scene; being in the world's collection makes it a rigid body."""
    scene.collection.objects.link(item)
    scene.rigidbody_world.collection.objects.link(item)
