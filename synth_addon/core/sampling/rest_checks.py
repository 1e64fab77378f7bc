"""Judges how dropped objects came to rest, by their true triangles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ..contacts import Body, Solid, gap, penetration
from ..mesh import TriangleMesh
from ..mesh_tree import MeshTrees
from ..scene_spec import ObjectSpec, Pose, SceneSpec
from ..transforms import Array

_CALMER = "Lower spawn.height_m, or raise physics.substeps"
_ROOMIER = "Widen spawn.x_m and spawn.y_m, enlarge the room, or lower the objects' counts"
_LONGER = "Raise physics.max_seconds"


def fault_at_rest(
    spec: SceneSpec,
    poses: Sequence[Pose],
    meshes: Mapping[str, TriangleMesh],
    trees: MeshTrees | None = None,
) -> str | None:
    """Return the first thing that is wrong with a settled scene and the remedy, or None.

    Objects must not reach into the room, its furniture or each other by more than
    `PhysicsSpec.max_penetration`, must touch something within `PhysicsSpec.max_gap`, and must lie
    in the room.

    Args:
        poses: the objects' poses at rest.
        meshes: by asset key, as `Renderer.load` returned them.
        trees: keeps the meshes' trees.
    """
    if not spec.physics.enabled:
        return None
    unknown = (
        f"{_name(item)} has no finite pose. {_CALMER}"
        for item, pose in zip(spec.objects, poses, strict=True)
        if not np.isfinite((*pose.translation, *pose.quaternion)).all()
    )
    if (fault := next(unknown, None)) is not None:
        return fault
    bodies, fixtures = resting_bodies(spec, poses, meshes, trees)
    return next(_faults(spec, bodies, fixtures), None)


def resting_bodies(
    spec: SceneSpec,
    poses: Sequence[Pose],
    meshes: Mapping[str, TriangleMesh],
    trees: MeshTrees | None = None,
) -> tuple[list[Body], list[Body]]:
    """Return the bodies of a settled scene's objects and of its fixtures."""
    trees = trees or MeshTrees()
    solids: dict[tuple[str, float], Solid] = {}
    bodies = []
    places = [*poses, *(fixture.pose for fixture in spec.fixtures)]
    for item, pose in zip(spec.things, places, strict=True):
        key = (item.asset_key, item.scale)
        if key not in solids:
            mesh = meshes[key[0]]
            solids[key] = Solid(mesh, item.scale, trees.tree(mesh))
        bodies.append(Body(solids[key], pose))
    return bodies[: len(poses)], bodies[len(poses) :]


def near_pairs(
    bodies: Sequence[Body], fixtures: Sequence[Body], reach: float
) -> Iterator[tuple[int, int]]:
    """Yield the pairs whose boxes are within `reach`: body and body, or body and fixture.

    Fixtures are numbered on after the bodies.
    """
    everything = [*bodies, *fixtures]
    for i, body in enumerate(bodies):
        for j in range(i + 1, len(everything)):
            if body.is_near(everything[j], reach):
                yield i, j


def touches_something(
    index: int, bodies: Sequence[Body], fixtures: Sequence[Body], spec: SceneSpec
) -> bool:
    """Return whether a body is within the widest gap of the room, a fixture or another body."""
    body, reach = bodies[index], spec.physics.max_gap
    if any(_slab_gap(body, spec, reach)):
        return True
    others = [*bodies[:index], *bodies[index + 1 :], *fixtures]
    return any(body.is_near(o, reach) and gap(body, o, reach) <= reach for o in others)


def _faults(spec: SceneSpec, bodies: Sequence[Body], fixtures: Sequence[Body]) -> Iterator[str]:
    """Yield all that is wrong, what is quickly found first."""
    for item, body in zip(spec.objects, bodies, strict=True):
        yield from _out_of_bounds(item, body, spec)
    names = [_name(item) for item in spec.objects]
    names += [fixture.name for fixture in spec.fixtures]
    everything = [*bodies, *fixtures]
    for i, j in near_pairs(bodies, fixtures, 0.0):
        depth = penetration(everything[i], everything[j])
        if depth > spec.physics.max_penetration:
            yield f"{names[i]} and {names[j]} overlap by {1e3 * depth:.1f} mm. {_CALMER}"
    for i, name in enumerate(names[: len(bodies)]):
        if not touches_something(i, bodies, fixtures, spec):
            yield f"{name} hovers. {_LONGER}"


def _out_of_bounds(item: ObjectSpec, body: Body, spec: SceneSpec) -> Iterator[str]:
    low, high = body.bounds
    sunk = spec.physics.max_penetration
    floor = next((s for s in spec.surfaces if s.name == "floor"), None)
    if low[2] < -sunk and floor is not None:
        yield f"{_name(item)} sank into the floor. {_CALMER}"
    reach = np.full(2, np.inf) if floor is None else np.asarray(floor.size[:2]) / 2
    middle: Array = (low + high) / 2
    left = bool(np.any(np.abs(middle[:2]) > reach))
    if spec.room_size is not None:
        width, depth, height = spec.room_size
        walls = np.array([width, depth]) / 2 + sunk
        left |= bool(np.any(high[:2] > walls) or np.any(low[:2] < -walls))
        left |= bool(high[2] > height + sunk)
    if left:
        yield f"{_name(item)} left the room. {_ROOMIER}"


def _slab_gap(body: Body, spec: SceneSpec, reach: float) -> Iterator[bool]:
    """Yield whether a body's lowest or outermost vertices are within `reach` of floor or walls."""
    low, high = body.bounds
    if any(surface.name == "floor" for surface in spec.surfaces):
        yield bool(abs(low[2]) <= reach)
    if spec.room_size is not None:
        walls = np.asarray(spec.room_size[:2]) / 2
        yield bool(np.any(np.abs(high[:2] - walls) <= reach))
        yield bool(np.any(np.abs(low[:2] + walls) <= reach))


def _name(item: ObjectSpec) -> str:
    return f"object {item.instance_id} ({item.group})"
